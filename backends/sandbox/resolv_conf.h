// The name servers of this machine, for the steps that use its network.

#ifndef COOPER_BACKENDS_SANDBOX_RESOLV_CONF_H_
#define COOPER_BACKENDS_SANDBOX_RESOLV_CONF_H_

#include <string>

namespace cooper {

// /etc/resolv.conf, at most its first 64 KiB; empty if there is none.
std::string ReadResolvConf();

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_RESOLV_CONF_H_
