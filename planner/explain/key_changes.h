// Why a key is not the one that the same vertex had in a former build.

#ifndef COOPER_PLANNER_EXPLAIN_KEY_CHANGES_H_
#define COOPER_PLANNER_EXPLAIN_KEY_CHANGES_H_

#include <optional>
#include <string>
#include <vector>

#include "ir/plan/build_plan.h"
#include "planner/cache/key_history.h"

namespace cooper {

// Phrases such as "`src/a.c` changed". Values of variables are left out: a log is read by
// more people than a build argument is meant for.
struct KeyChanges {
  std::vector<std::string> own;  // of the vertex itself and of the files that it reads
  // Of what it builds on: followed down to the vertices where the difference began.
  std::vector<std::string> below;
};

// Nothing where no former build had the vertex. No phrases where it had this very key.
std::optional<KeyChanges> FindKeyChanges(const BuildPlan& plan, VertexId vertex,
                                         KeyHistory& history);

// The first phrases, and how many more there are.
std::string InOneLine(const std::vector<std::string>& phrases);

}  // namespace cooper

#endif  // COOPER_PLANNER_EXPLAIN_KEY_CHANGES_H_
