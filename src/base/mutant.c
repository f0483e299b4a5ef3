/* Which deliberate bug is on; mutant.h. */
#include "base/mutant.h"

#ifdef EVENSTOCK_MUTANTS
const char *mutant_now;
#endif
