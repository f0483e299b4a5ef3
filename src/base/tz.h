#pragma once
/* Time zones of the system's tzdata, over GLib. */
#include "base/instant.h"
bool tz_known(str name); /* "Europe/Amsterdam", "UTC" */
