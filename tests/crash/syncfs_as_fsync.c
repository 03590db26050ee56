/* What a power-cut model (adversarial/crash/faultfs.c) does not know:
 * - syncfs(2), as one fsync of every file and directory below FAULT_PREFIX, children first;
 * - that a directory keeps its entries when it is renamed: the model has them by path, below
 *   FAULT_SHADOW/.names.
 * Load it after that library:
 *   LD_PRELOAD="$LD_PRELOAD:syncfs_as_fsync.so" */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
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

/* The path of `name` in the directory `fd`; false where there is none. */
static int path_of(int fd, const char* name, char* path, size_t size) {
  char link[64];
  char directory[PATH_MAX];
  if (name[0] == '/') return (size_t)snprintf(path, size, "%s", name) < size;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, directory, sizeof directory - 1);
  if (fd == AT_FDCWD || length < 0) return 0;
  directory[length] = '\0';
  return (size_t)snprintf(path, size, "%s/%s", directory, name) < size;
}

int renameat(int from_fd, const char* from, int to_fd, const char* to) {
  int (*next)(int, const char*, int, const char*) =
      (int (*)(int, const char*, int, const char*))dlsym(RTLD_NEXT, "renameat");
  char paths[2][PATH_MAX];
  char names[2][2 * PATH_MAX];
  const char* const shadow = getenv("FAULT_SHADOW");
  const int known = shadow != NULL && path_of(from_fd, from, paths[0], sizeof paths[0]) &&
                    path_of(to_fd, to, paths[1], sizeof paths[1]);
  const int result = next(from_fd, from, to_fd, to);
  if (result != 0 || !known) return result;
  for (int i = 0; i < 2; ++i) snprintf(names[i], sizeof names[i], "%s/.names%s", shadow, paths[i]);
  /* Nothing is there of a file, or of a directory that was never synced. */
  const int saved = errno;
  next(AT_FDCWD, names[0], AT_FDCWD, names[1]);
  errno = saved;
  return result;
}
