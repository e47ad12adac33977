/* Names, kept once and known by their numbers. */

static PyObject *named(const State *state, int32_t number) {
    return state->names.all[number].object;
}

/* The slot of a name, which is empty where it is not known. */
static uint32_t *name_slot(const Names *names, Span text, uint64_t hash) {
    uint32_t place = (uint32_t)hash & names->mask;
    for (; names->slots[place]; place = (place + 1) & names->mask) {
        const Name *one = names->all + names->slots[place] - 1;
        if (one->hash == hash && one->length == (Size)text.length &&
            !memcmp(one->bytes, text.text, text.length))
            break;
    }
    return names->slots + place;
}

static int spread_names(Names *names) {
    if (names->used * 2 <= names->mask) return DONE;
    uint32_t mask = names->mask * 2 + 1, *slots = calloc((size_t)mask + 1, sizeof *slots);
    if (!slots) return FAILED;
    for (uint32_t i = 0; i < names->used; i++) {
        uint32_t place = (uint32_t)names->all[i].hash & mask;
        while (slots[place]) place = (place + 1) & mask;
        slots[place] = i + 1;
    }
    free(names->slots);
    names->slots = slots;
    names->mask = mask;
    return DONE;
}

/* The number of a name; FAILED with an error where there is no memory, or it is no text. */
static int32_t name_of(Names *names, Span text) {
    uint64_t hash = hash_of(text.text, text.length);
    uint32_t *slot = name_slot(names, text, hash);
    if (*slot) return (int32_t)*slot - 1;
    Name *all = grown(names->all, names->used, &names->room, sizeof *all);
    if (!all) return FAILED;
    names->all = all;
    Size length;
    PyObject *object = PyUnicode_FromStringAndSize((const char *)text.text, text.length);
    Text bytes = object ? (Text)PyUnicode_AsUTF8AndSize(object, &length) : NULL;
    if (!bytes) {
        give_back(object);
        return FAILED;
    }
    *slot = names->used + 1;
    all[names->used++] = (Name){hash, object, bytes, length};
    if (spread_names(names) == FAILED) {
        PyErr_NoMemory();
        return FAILED;
    }
    return (int32_t)names->used - 1;
}
