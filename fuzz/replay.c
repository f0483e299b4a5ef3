/*
 * A main() for fuzz targets without a fuzzer: feeds the target each file named on the command line, and each file of
 * each folder named there, in the order of their names.
 */
#include "fuzz.h"

#include "base/base.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX ((size_t)1 << 20)

static bool replay_file(arena *a, const char *path, err *e)
{
    str text;
    if (!os_read_file(a, path, INPUT_MAX, &text, e))
        return false;
    /* A block of just that size, so that AddressSanitizer sees a read behind its end. */
    uint8_t *input = malloc(text.len > 0 ? text.len : 1);
    CHECK(input);
    memcpy(input, text.at, text.len);
    fprintf(stderr, "%s\n", path); /* the last one printed is the one that failed */
    LLVMFuzzerTestOneInput(input, text.len);
    free(input);
    return true;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Adds the paths that `path` stands for: the files of a folder, or itself. */
typedef VEC(const char *) path_list;
static void add_paths(arena *a, const char *path, path_list *paths)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    if (count < 0) {
        *vec_push(a, paths) = path;
        return;
    }
    for (int i = 0; i < count; i++) {
        *vec_push(a, paths) = str_printf(a, "%s/%s", path, entries[i]->d_name).at;
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    AUTO(arena_end) arena *a = arena_new(0);
    path_list paths = {0};
    for (int i = 1; i < argc; i++)
        add_paths(a, argv[i], &paths);
    err e = {0};
    for (size_t i = 0; i < paths.count; i++)
        if (!replay_file(a, paths.at[i], &e)) {
            fprintf(stderr, "%s\n", e.text);
            return EXIT_FAILURE;
        }
    fprintf(stderr, "%zu inputs\n", paths.count);
    return paths.count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
