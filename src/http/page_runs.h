#pragma once
/* What the pages of jobs and runs share. */
#include "http/html.h"

void http__run_state(html *h, run_state s);
void http__job_status(html *h, const job_view *j);
/* What a run counted, as far as it is not 0: ": pushed 12, refused 1". `counts` is the run's JSON. */
void http__counts(html *h, str counts);
void http__last_run(html *h, const job_view *j, bool counts); /* a cell */
void http__runs_table(html *h, const char *caption, const store_run *list, size_t count);
/* Forms: run now, pause or resume. `back`: the page to show afterwards. */
void http__job_actions(html *h, const job_view *j, const char *back);
