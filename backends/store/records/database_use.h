// Whether a database may be changed.

#ifndef COOPER_BACKENDS_STORE_RECORDS_DATABASE_USE_H_
#define COOPER_BACKENDS_STORE_RECORDS_DATABASE_USE_H_

#include <cstdint>

namespace cooper {

enum class DatabaseUse : uint8_t { kRead, kWrite };

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_DATABASE_USE_H_
