/* The files of a program and of a server: written before, removed after, however a program left them. */
#include "agent.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define INTERPRETER ".interpreter"
enum { MOST_TO_UNLINK = 512 };

/* Only what a plain program leaves: a few files. False when there is more than that. */
static bool unlink_files(const char *path) {
    DIR *folder = opendir(path);
    int count = 0;
    if (!folder) return false;
    for (struct dirent *entry; (entry = readdir(folder)) && count >= 0;) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        if (++count > MOST_TO_UNLINK || unlinkat(dirfd(folder), entry->d_name, 0)) count = -1;
    }
    closedir(folder);
    return count >= 0;
}

/* A tree is taken apart from the top, its folders moved up one by one: no path grows long, nothing recurses. */
static void take_apart(const char *path) {
    static unsigned long number;
    chmod(path, 0700);
    for (bool again = true; again;) {
        DIR *top = opendir(path);
        if (!top) return;
        again = false;
        for (struct dirent *entry; (entry = readdir(top));) {
            if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
            again = true;
            if (!unlinkat(dirfd(top), entry->d_name, 0)) continue;
            fchmodat(dirfd(top), entry->d_name, 0700, 0);
            int below = openat(dirfd(top), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            DIR *folder = below < 0 ? NULL : fdopendir(below);
            if (!folder) continue;
            for (struct dirent *child; (child = readdir(folder));) {
                char free[32];
                if (!strcmp(child->d_name, ".") || !strcmp(child->d_name, "..")) continue;
                if (!unlinkat(below, child->d_name, 0)) continue;
                fchmodat(below, child->d_name, 0700, 0);
                do snprintf(free, sizeof free, "%lu", number++);
                while (faccessat(dirfd(top), free, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
                renameat(below, child->d_name, dirfd(top), free);
            }
            closedir(folder);
            unlinkat(dirfd(top), entry->d_name, AT_REMOVEDIR);
        }
        closedir(top);
    }
}

void clean_box(void) {
    const char *const *folders = in_container ? CONTAINER_FOLDERS : FOLDERS;
    for (size_t index = 0; index < FOLDER_COUNT; index++)
        if (chmod(folders[index], 0700) || !unlink_files(folders[index])) take_apart(folders[index]);
}

static bool write_file(int folder, const struct file *file) {
    for (char *slash = file->name; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdirat(folder, file->name, 0755);
    }
    int out = openat(folder, file->name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (out < 0) return false;
    for (size_t done = 0; done < file->content.length;) {
        ssize_t written = write(out, file->content.at + done, file->content.length - done);
        if (written <= 0) return false;
        done += (size_t)written;
    }
    return !close(out);
}

bool write_files(const struct file *files, int count) {
    for (int index = 0; index < count; index++)
        if (!write_file(AT_FDCWD, &files[index])) return false;
    return true;
}

/* A process whose executable it may not read can be looked into by nobody, its own children included. */
static bool copy_interpreter(int folder, const char *path) {
    char magic[4] = "";
    int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0) return false;
    if (read(in, magic, 4) != 4 || memcmp(magic, "\177ELF", 4)) return close(in), true; /* a script has to be read */
    int out = openat(folder, INTERPRETER, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0111);
    off_t place = 0;
    ssize_t moved = 1;
    while (out >= 0 && moved > 0) moved = sendfile(out, in, &place, 1 << 30);
    close(in);
    return out >= 0 && !close(out) && moved == 0;
}

/* Not to be written by a program: the folder is read-only outside of this function. */
const char *write_server_files(const struct server_kind *kind) {
    if (!in_container && set_read_only(SERVER_FOLDER, false, false)) return trouble("mount_setattr /server");
    take_apart(SERVER_FOLDER);
    int folder = open(SERVER_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return trouble("open /server");
    chmod(SERVER_FOLDER, 0755);
    bool written = true;
    for (int index = 0; written && index < kind->file_count; index++) written = write_file(folder, &kind->files[index]);
    if (written && *kind->command.items[0] == '/') written = copy_interpreter(folder, kind->command.items[0]);
    const char *words = written ? NULL : trouble("write /server");
    close(folder);
    if (!in_container && set_read_only(SERVER_FOLDER, false, true)) return trouble("mount_setattr /server");
    return words;
}
