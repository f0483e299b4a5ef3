-- When an event came, for those without a time of their own; until when the units of a booking had been told of; when a
-- refund was made.

ALTER TABLE order_event ADD COLUMN came_at INTEGER;

ALTER TABLE decision RENAME COLUMN seen_event TO told_at;
UPDATE decision SET told_at = at;

UPDATE reading SET json = replace(json, '"restocked":', '"at":null,"restocked":');
