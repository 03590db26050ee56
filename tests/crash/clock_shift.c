/* The wall clock moved by CLOCK_SHIFT_SECONDS. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec* time) {
  const int result = (int)syscall(SYS_clock_gettime, clock, time);
  const char* const shift = getenv("CLOCK_SHIFT_SECONDS");
  if (result == 0 && clock == CLOCK_REALTIME && shift != NULL) time->tv_sec += atoll(shift);
  return result;
}

time_t time(time_t* place) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (place != NULL) *place = now.tv_sec;
  return now.tv_sec;
}
