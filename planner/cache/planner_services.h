// What the planner may ask of the rest of the program; see planner/planner.h.

#ifndef COOPER_PLANNER_CACHE_PLANNER_SERVICES_H_
#define COOPER_PLANNER_CACHE_PLANNER_SERVICES_H_

#include "planner/cache/cache_oracle.h"
#include "planner/cache/content_oracle.h"
#include "planner/cache/key_history.h"
#include "planner/cache/source_pinner.h"

namespace cooper {

// Borrowed for the run. Each may be null: without a pinner no server is asked,
// without a content oracle no keys are made, without a cache oracle nothing is
// probed and every step runs, without a history no miss is explained.
// `no_cache` keeps keys but lets every step run.
struct PlannerServices {
  SourcePinner* sources = nullptr;
  CacheOracle* cache = nullptr;
  ContentOracle* content = nullptr;
  KeyHistory* history = nullptr;
  bool no_cache = false;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_CACHE_PLANNER_SERVICES_H_
