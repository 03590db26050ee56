// What a RecordDatabase holds. Internal to this folder.

#ifndef COOPER_BACKENDS_STORE_RECORDS_RECORD_STATE_H_
#define COOPER_BACKENDS_STORE_RECORDS_RECORD_STATE_H_

#include <mutex>

#include "backends/store/records/connection.h"
#include "backends/store/records/record_database.h"

namespace cooper {

struct RecordDatabase::State : Connection {
  std::mutex mutex;
  Statement find;
  Statement all;
  Statement put;
  Statement find_result;
  Statement put_result;
  Statement find_download;  // null in a store that is only read and has no downloads
  Statement put_download;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_RECORD_STATE_H_
