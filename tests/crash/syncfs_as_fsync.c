/* syncfs(2) as one fsync of every file and directory below FAULT_PREFIX, children first, for a power-cut
 * model that only knows fsync (adversarial/crash/faultfs.c). Load it after that library:
 *   LD_PRELOAD="$LD_PRELOAD:syncfs_as_fsync.so" */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int sync_one(const char* path, const struct stat* status, int type, struct FTW* place) {
  (void)type;
  (void)place;
  if (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode)) return 0;
  /* SQLite syncs its own files when it wants to. */
  if (strstr(path, "/records.sqlite") != NULL) return 0;
  const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return errno == ENOENT ? 0 : errno;
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return error;
}

int syncfs(int fd) {
  (void)fd;
  const char* const prefix = getenv("FAULT_PREFIX");
  if (prefix == NULL) return 0;
  const int error = nftw(prefix, sync_one, 16, FTW_PHYS | FTW_DEPTH);
  if (error == 0) return 0;
  /* What went away meanwhile needs no sync. */
  if (error < 0 && errno == ENOENT) return 0;
  if (error > 0) errno = error;
  return -1;
}
