// The tables of the records: made, brought up to date, or only looked at.

#ifndef COOPER_BACKENDS_STORE_RECORDS_RECORD_SCHEMA_H_
#define COOPER_BACKENDS_STORE_RECORDS_RECORD_SCHEMA_H_

#include "backends/store/records/connection.h"
#include "ir/base/result.h"

namespace cooper {

// Makes what is missing and upgrades what is old. kStore for a database that is not ours
// or newer.
Status MakeRecordTables(Connection& connection);

struct ReadableTables {
  bool layers = false;  // with results; else there is nothing to read
  bool downloads = false;
  bool uses = false;
};
// Changes nothing; otherwise as MakeRecordTables.
Result<ReadableTables> FindRecordTables(Connection& connection);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_RECORD_SCHEMA_H_
