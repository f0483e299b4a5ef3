-- What showed that an app's orders claim no stock.
ALTER TABLE app_claimless ADD COLUMN proof TEXT NOT NULL DEFAULT '';
