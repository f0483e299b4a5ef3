#pragma once
/*
 * base: the small vocabulary on one page. Errors (err.h), memory with one end (arena.h), text with a length (str.h),
 * checked integers (num.h), time (instant.h), lists and tables (vec.h, map.h), JSON (js.h), the world as an argument
 * (io.h), log lines (log.h). Nothing here knows what stock is.
 */
#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/instant.h"
#include "base/io.h"
#include "base/js.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mutant.h"
#include "base/num.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/vec.h"
