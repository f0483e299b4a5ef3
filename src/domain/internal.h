#pragma once
/* What the files of domain share among themselves: looking names up, and the parts of the formula that kits use too. */
#include "domain/atp.h"

/* The index of `name` in a list of names, or -1. */
int domain__name_index(const char *const *names, int count, str name);

/* A facility's reason from where it is and its flags alone: ATP_COUNTED, or why it is out of the sum. */
atp_why domain__atp_gate(const atp_facility *f);
/* a(f) of a facility behind that gate. */
qty domain__atp_counted(const atp_facility *f, atp_why gate);
/* The terms that a facility's ATP goes through up to its gate: physical_atp, then what takes it out again. */
void domain__atp_gate_terms(qty *terms, qty atp, atp_why gate);
/* The terms after the facilities': queue, component limit (INT64_MAX: none), threshold, off, hold; then the result. */
void domain__atp_finish(const atp_settings *s, qty limit, atp_result *r);
