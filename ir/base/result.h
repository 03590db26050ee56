// A value, or the Error that took its place.

#ifndef COOPER_IR_BASE_RESULT_H_
#define COOPER_IR_BASE_RESULT_H_

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

#include "ir/base/error.h"

namespace cooper {

template <typename T>
class [[nodiscard]] Result {
 public:
  using ValueType = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const& {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

// Success without a value: `return Ok();`.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }

  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;
inline Status Ok() { return {}; }

#define COOPER_RESULT_JOIN_(a, b) a##b
#define COOPER_RESULT_NAME_(a, b) COOPER_RESULT_JOIN_(a, b)

// Returns the error of `expression` from the enclosing function, if it has one.
#define COOPER_RETURN_IF_ERROR(expression)                          \
  do {                                                              \
    if (auto cooper_status_ = (expression); !cooper_status_.ok()) { \
      return std::move(cooper_status_).error();                     \
    }                                                               \
  } while (false)

// COOPER_ASSIGN_OR_RETURN(const int size, Measure(file));
#define COOPER_ASSIGN_OR_RETURN(declaration, expression) \
  COOPER_ASSIGN_OR_RETURN_(COOPER_RESULT_NAME_(cooper_result_, __LINE__), declaration, expression)
#define COOPER_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                     \
  if (!result.ok()) return std::move(result).error();             \
  declaration = std::move(result).value()

}  // namespace cooper

#endif  // COOPER_IR_BASE_RESULT_H_
