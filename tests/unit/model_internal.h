#pragma once
/* Between the two files of the model shop. */
#include "model_shop.h"

io_net model__net(model *m);
instant model__shop_now(const model *m); /* whole seconds */
void model__shift(model *m, int item, int location, model_quantity name, qty delta);
void model__step(model *m);
void model__net_reset(void); /* forgets answers that nobody took */
