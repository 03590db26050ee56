// What tests start as the process that unpacks layers, in place of the whole program.

#include "backends/unpack/unpack_process.h"

int main() { return cooper::RunUnpackChild(); }
