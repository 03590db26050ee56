// The fields of a target's block in graph text, listed once for printer and parser.
//
// As in op_fields.h, `visit(name, member)` is called in printing order. `epoch_of`, labels,
// the healthcheck and the history have lines of their own.

#ifndef COOPER_IR_GRAPH_TARGET_FIELDS_H_
#define COOPER_IR_GRAPH_TARGET_FIELDS_H_

#include <string_view>
#include <type_traits>

#include "ir/graph/build_graph.h"

namespace cooper {

// Written `name = value`, one a line.
template <typename Self, typename Visit>
  requires std::is_same_v<std::remove_const_t<Self>, Target>
void VisitTargetFields(Self& target, Visit&& visit) {
  auto& config = target.config;
  visit("author", target.author);
  visit("source_date_epoch", target.source_date_epoch);
  visit("user", config.user);
  visit("exposed_ports", config.exposed_ports);
  visit("env", config.env);
  visit("entrypoint", config.entrypoint);
  visit("cmd", config.cmd);
  visit("volumes", config.volumes);
  visit("working_dir", config.working_dir);
  visit("stop_signal", config.stop_signal);
  visit("on_build", config.on_build);
  visit("shell", config.shell);
  visit("args_escaped", config.args_escaped);
}

// Written `name=value` on the `healthcheck` line.
template <typename Self, typename Visit>
  requires std::is_same_v<std::remove_const_t<Self>, Healthcheck>
void VisitHealthcheckFields(Self& healthcheck, Visit&& visit) {
  visit("test", healthcheck.test);
  visit("interval_ns", healthcheck.interval_ns);
  visit("timeout_ns", healthcheck.timeout_ns);
  visit("start_period_ns", healthcheck.start_period_ns);
  visit("start_interval_ns", healthcheck.start_interval_ns);
  visit("retries", healthcheck.retries);
}

// Written `name=value` on a `history` line, after the text and the layer.
template <typename Self, typename Visit>
  requires std::is_same_v<std::remove_const_t<Self>, TargetHistory>
void VisitHistoryFields(Self& history, Visit&& visit) {
  visit("comment", history.comment);
}

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_TARGET_FIELDS_H_
