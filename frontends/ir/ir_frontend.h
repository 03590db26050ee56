// The frontend whose text is graph text itself (ir/LANGREF.md).

#ifndef COOPER_FRONTENDS_IR_IR_FRONTEND_H_
#define COOPER_FRONTENDS_IR_IR_FRONTEND_H_

#include "frontends/frontend.h"

namespace cooper {

// Parses and verifies. Of the options only `targets` means something: it keeps
// the targets named, in the order of the text; an unknown one is kUnknownStage.
// Stateless, so usable from any thread.
class IrFrontend : public Frontend {
 public:
  std::string_view Name() const override { return "ir"; }

  std::optional<BuildGraph> Compile(SourceFiles& files, uint32_t file,
                                    const FrontendOptions& options, ImageResolver& resolver,
                                    DiagnosticEngine& diagnostics) const override;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_IR_IR_FRONTEND_H_
