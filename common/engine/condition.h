/* How the engine is: for "backstop status", and for the service manager. */
#ifndef BS_ENGINE_CONDITION_H
#define BS_ENGINE_CONDITION_H

#include "common/adapter/wire.h"
#include "common/engine/settings.h"
#include "common/store/supervise.h"

/* Writes the answer to op ping. */
void bs_condition_answer(const struct bs_supervisor *supervisor,
    const struct bs_settings *settings, struct bs_answer *answer);

/* Tells the manager, if anything is new. */
void bs_condition_notify(const struct bs_supervisor *supervisor,
    const struct bs_settings *settings);

#endif
