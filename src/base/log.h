#pragma once
/*
 * Lines for operators, on standard error. A line is one event with fields, logfmt: `time level event key=value`.
 * Only the edges log (cli, sync's lane); library code returns errors. No secrets, no whole bodies.
 */
#include "base/str.h"
#include <stdint.h>

typedef enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG } log_level;
typedef struct log_field {
    const char *key;
    enum { LOG_STR, LOG_INT } kind;
    str text;
    int64_t integer;
} log_field;
#define F_STR(k, v) ((log_field){.key = (k), .kind = LOG_STR, .text = (v)})
#define F_INT(k, v) ((log_field){.key = (k), .kind = LOG_INT, .integer = (v)})

void log_set_level(log_level most);
void log_event(log_level level, const char *event, const log_field *fields, size_t count);
#define log_line(level, event, ...)                                                                                    \
    log_event((level), (event), (log_field[]){__VA_ARGS__}, sizeof((log_field[]){__VA_ARGS__}) / sizeof(log_field))
