/* Rows of visits and panes, as PostgreSQL copies them. */

static uint8_t *big(uint8_t *out, uint64_t value, int bytes) {
    for (int i = bytes; i--;) *out++ = (uint8_t)(value >> 8 * i);
    return out;
}

static uint8_t *pack_number(uint8_t *out, int64_t value, int64_t none) {
    if (value == none) return big(out, 0xc0, 1);
    if (value < INT32_MIN) return big(big(out, 0xd3, 1), (uint64_t)value, 8);
    if (value < INT16_MIN) return big(big(out, 0xd2, 1), (uint64_t)value, 4);
    if (value < INT8_MIN) return big(big(out, 0xd1, 1), (uint64_t)value, 2);
    if (value < -32) return big(big(out, 0xd0, 1), (uint64_t)value, 1);
    if (value < 0x80) return big(out, (uint64_t)value, 1);
    if (value < 0x100) return big(big(out, 0xcc, 1), (uint64_t)value, 1);
    if (value < 0x10000) return big(big(out, 0xcd, 1), (uint64_t)value, 2);
    if (value < 0x100000000) return big(big(out, 0xce, 1), (uint64_t)value, 4);
    return big(big(out, 0xcf, 1), (uint64_t)value, 8);
}

static uint8_t *pack_text(uint8_t *out, const uint8_t *text, uint32_t length) {
    out = length < 32 ? big(out, 0xa0 | length, 1) : big(big(out, 0xd9, 1), length, 1);
    memcpy(out, text, length);
    return out + length;
}

/* The bits of the fields of a usual visit, as `contracts/visit_records.py` has them. */
enum {
    B_OFFERED, B_QUEUE, B_CUSTOMER, B_ANSWERED, B_AGENT, B_ANSWERED_QUEUE, B_ENDED, B_TALK, B_HOLD,
    B_ABANDONED, B_ABANDONED_QUEUE, B_WRAPPED, B_WRAP, B_ANSWERED_WAIT, B_ABANDONED_WAIT,
    B_CHANNEL, B_PRIORITY = 18, B_SURVEYS = 26, B_EVIDENCE = 29
};

/* Longer than any values: five texts, and numbers; with a survey, what was told of both again. */
#define LONGEST_VALUES 4096
/* Before the values: a mark, an array of so many, and their mask. */
#define LONGEST_RECORD (LONGEST_VALUES + 16)
#define USUAL_MARK 2
#define ODD_MARK 3

/* The values that are told of a visit, the mask of them, and how many there are. */
typedef struct {
    uint8_t values[LONGEST_VALUES], *end;
    uint32_t mask, number;
} Record;

/* Where the value of a bit, which is told, is to be written. */
static uint8_t *add_value(Record *record, int bit) {
    record->mask |= 1u << bit;
    record->number++;
    return record->end;
}

static void add_number(Record *record, int bit, int64_t value, int64_t none) {
    if (value != none) record->end = pack_number(add_value(record, bit), value, NOT_TOLD);
}

/* An instant, as the difference to the offer's where that is told. */
static void add_instant(Record *record, int bit, int64_t at, int64_t offered) {
    if (at != NOT_TOLD) add_number(record, bit, offered == NOT_TOLD ? at : at - offered, NOT_TOLD);
}

static void add_name(const State *state, Record *record, int bit, int32_t name) {
    if (name == NOBODY) return;
    const Name *one = state->names.all + name;
    record->end = pack_text(add_value(record, bit), one->bytes, (uint32_t)one->length);
}

/* What is told of the answer, or of giving up; a queue that is the offer's is `true`. */
static void add_outcome(const State *state, Record *record, const Visit *visit, int32_t queue) {
    int answered = visit->flags & IS_ANSWERED;
    add_instant(record, answered ? B_ANSWERED : B_ABANDONED, visit->outcome, visit->offered);
    if (answered) add_name(state, record, B_AGENT, visit->agent);
    int bit = answered ? B_ANSWERED_QUEUE : B_ABANDONED_QUEUE;
    if (visit->outcome_queue != queue) add_name(state, record, bit, visit->outcome_queue);
    else if (queue != NOBODY) record->end = big(add_value(record, bit), 0xc3, 1);
    bit = answered ? B_ANSWERED_WAIT : B_ABANDONED_WAIT;
    add_number(record, bit, visit->wait, UNTOLD);
}

/* The values of hexadecimal digits in lower case, + 1; 0 of anything else. */
static const uint8_t DIGITS[256] = {
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

/* The 32 bytes of 64 hexadecimal digits; NOT_OURS where they are none. */
static int pack_digits(uint8_t *out, Text text) {
    int digits = 1;
    for (int i = 0; i < 64; i += 2) {
        int high = DIGITS[text[i]], low = DIGITS[text[i + 1]];
        digits &= high && low;
        *out++ = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    return digits ? DONE : NOT_OURS;
}

static void add_customer(Record *record, Text text, uint32_t length) {
    if (!length) return;
    uint8_t *out = add_value(record, B_CUSTOMER);
    if (length == 64 && pack_digits(out + 2, text) == DONE) record->end = big(out, 0xc420, 2) + 32;
    else record->end = pack_text(out, text, length);
}

static void add_channel(const State *state, Record *record, const Visit *visit) {
    Size length;
    Text channel = (Text)PyUnicode_AsUTF8AndSize(channel_name(state, visit), &length);
    if (channel_name(state, visit) != *slot(state->at->new_visit, state->at->visit[CHANNEL]))
        record->end = pack_text(add_value(record, B_CHANNEL), channel, (uint32_t)length);
}

static uint8_t *pack_name(const State *state, uint8_t *out, int32_t name) {
    if (name == NOBODY) return big(out, 0xc0, 1);
    return pack_text(out, state->names.all[name].bytes, (uint32_t)state->names.all[name].length);
}

static uint8_t *pack_decimal(uint8_t *out, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return big(big(out, 0xcb, 1), bits, 8);
}

static uint8_t *pack_nothing(uint8_t *out, int times) {
    while (times--) out = big(out, 0xc0, 1);
    return out;
}

/* The surveys of a visit: one, by its name. */
static uint8_t *pack_survey(const State *state, const Visit *visit, uint8_t *out) {
    Survey said = survey_of(visit);
    out = pack_text(big(out, 0x81, 1), survey_name(visit), said.length);
    out = pack_text(big(out, 0x98, 1), SCALE_NAMES[said.scale].text, SCALE_NAMES[said.scale].length);
    out = pack_number(pack_nothing(pack_name(state, out, said.queue), 1), said.at, NOT_TOLD);
    out = pack_decimal(pack_decimal(pack_decimal(out, said.score), said.best), said.worst);
    return pack_name(state, out, said.agent);
}

/* An array of all fields of `Visit`, of which surveys alone are told. */
static uint8_t *pack_surveys_alone(const State *state, const Visit *visit, uint8_t *out) {
    Size length;
    PyObject *channel = *slot(state->at->new_visit, state->at->visit[CHANNEL]);
    Text name = (Text)PyUnicode_AsUTF8AndSize(channel, &length);
    out = pack_nothing(big(out, 0xdc001f, 3), 2);
    out = pack_nothing(pack_text(out, name, (uint32_t)length), 18);
    out = pack_nothing(big(out, 0x9090, 2), 3);
    return big(pack_nothing(pack_survey(state, visit, out), 3), 0x90, 1);
}

/* An array of all fields of `Visit`, but for surveys. */
static uint8_t *pack_told(const State *state, const Visit *visit, uint8_t *out) {
    int answered = visit->flags & IS_ANSWERED, abandoned = visit->flags & IS_ABANDONED;
    Size length;
    Text channel = (Text)PyUnicode_AsUTF8AndSize(channel_name(state, visit), &length);
    out = pack_number(big(out, 0xdc001f, 3), visit->offered, NOT_TOLD);
    out = pack_name(state, out, state->places.all[visit->place].queue);
    out = pack_text(out, channel, (uint32_t)length);
    out = pack_number(out, answered ? visit->outcome : NOT_TOLD, NOT_TOLD);
    out = pack_name(state, out, visit->agent);
    out = pack_name(state, out, answered ? visit->outcome_queue : NOBODY);
    out = pack_number(out, answered ? visit->wait : UNTOLD, UNTOLD);
    out = pack_number(out, visit->ended, NOT_TOLD);
    out = pack_number(pack_number(out, visit->talk, UNTOLD), visit->hold, UNTOLD);
    out = pack_number(pack_number(out, visit->wrapped, NOT_TOLD), visit->wrap, UNTOLD);
    out = pack_number(out, abandoned ? visit->outcome : NOT_TOLD, NOT_TOLD);
    out = pack_name(state, out, abandoned ? visit->outcome_queue : NOBODY);
    out = pack_number(out, abandoned ? visit->wait : UNTOLD, UNTOLD);
    out = pack_number(pack_nothing(out, 3), visit->priority, NOBODY);
    out = visit->customer_length
              ? pack_text(out, visit->text + visit->contact_length, visit->customer_length)
              : pack_nothing(out, 1);
    out = pack_nothing(big(pack_nothing(out, 1), 0x9090, 2), 7);
    return big(out, 0x90, 1);
}

/* The survey of a visit, and what lies under a visit with one. */
static void add_survey(const State *state, Record *record, const Visit *visit) {
    record->end = pack_survey(state, visit, add_value(record, B_SURVEYS));
    uint8_t *out = pack_told(state, visit, big(add_value(record, B_EVIDENCE), 0x95, 1));
    record->end = pack_surveys_alone(state, visit, big(out, 0x908080, 3));
}

/* A visit as `encode_visit` writes it; the bytes of it. */
static Size pack_record(const State *state, const Visit *visit, uint8_t *out) {
    uint8_t *begin = out;
    int32_t queue = visit->place == NOWHERE ? NOBODY : state->places.all[visit->place].queue;
    Record record;
    record.end = record.values;
    record.mask = record.number = 0;
    add_number(&record, B_OFFERED, visit->offered, NOT_TOLD);
    add_name(state, &record, B_QUEUE, queue);
    add_channel(state, &record, visit);
    if (visit->flags & IS_ANSWERED) add_outcome(state, &record, visit, queue);
    add_instant(&record, B_ENDED, visit->ended, visit->offered);
    add_number(&record, B_TALK, visit->talk, UNTOLD);
    add_number(&record, B_HOLD, visit->hold, UNTOLD);
    add_instant(&record, B_WRAPPED, visit->wrapped, visit->offered);
    add_number(&record, B_WRAP, visit->wrap, UNTOLD);
    if (visit->flags & IS_ABANDONED) add_outcome(state, &record, visit, queue);
    add_number(&record, B_PRIORITY, visit->priority, NOBODY);
    add_customer(&record, visit->text + visit->contact_length, visit->customer_length);
    if (visit->flags & IS_SURVEYED) add_survey(state, &record, visit);
    uint32_t number = record.number + 1;
    out = big(out, visit->flags & IS_SURVEYED ? ODD_MARK : USUAL_MARK, 1);
    out = number < 16 ? big(out, 0x90 | number, 1) : big(big(out, 0xdc, 1), number, 2);
    out = pack_number(out, record.mask, NOT_TOLD);
    memcpy(out, record.values, (size_t)(record.end - record.values));
    return out + (record.end - record.values) - begin;
}

/* What a flush is made of: a partition's number, and of a page the places, those that wait, are in
 * progress, their agents, and those over. */
typedef struct {
    int64_t partition;
    PyObject *places, *waiting, *answered, *agents, *over;
} Flush;

/* Rows joined end to end, as `fold/rows.py` says. */
typedef struct {
    uint8_t *bytes;
    size_t used, room;
    int64_t number;
} Rows;

/* What stands for a customer of up to 255 bytes, as `customer_mark` says it. */
static int64_t customer_mark(const uint8_t *text, uint32_t length) {
    uint32_t hash[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint8_t blocks[5 * 64] = {0};
    uint32_t bytes = (length + 9 + 63) / 64 * 64;
    memcpy(blocks, text, length);
    blocks[length] = 0x80;
    big(blocks + bytes - 2, length * 8, 2);
    for (uint32_t at = 0; at < bytes; at += 64) take_block(hash, blocks + at);
    return (int64_t)((uint64_t)hash[0] << 32 | hash[1]);
}

static uint8_t *put_null(uint8_t *out) { return big(out, UINT32_MAX, 4); }

static uint8_t *put_small(uint8_t *out, int64_t value) {
    return big(big(out, 2, 4), (uint64_t)value, 2);
}

static uint8_t *put_number(uint8_t *out, int64_t value) {
    return value == NOT_TOLD ? put_null(out) : big(big(out, 8, 4), (uint64_t)value, 8);
}

static uint8_t *put_text(uint8_t *out, Text text, size_t length) {
    memcpy(big(out, length, 4), text, length);
    return out + 4 + length;
}

static uint8_t *put_name(const State *state, uint8_t *out, int32_t name) {
    if (name == NOBODY) return put_null(out);
    const Name *one = state->names.all + name;
    return put_text(out, one->bytes, (size_t)one->length);
}

static uint8_t *put_channel(const State *state, uint8_t *out, const Visit *visit) {
    Size length;
    Text channel = (Text)PyUnicode_AsUTF8AndSize(channel_name(state, visit), &length);
    return put_text(out, channel, (size_t)length);
}

/* What stands for the customer of a visit, which keeps it: most visits are written several times. */
static uint8_t *put_customer(uint8_t *out, Visit *visit) {
    if (!visit->customer_length) return put_null(out);
    if (!(visit->flags & IS_MARKED)) {
        visit->mark = customer_mark(visit->text + visit->contact_length, visit->customer_length);
        visit->flags |= IS_MARKED;
    }
    return big(big(out, 8, 4), (uint64_t)visit->mark, 8);
}

#define VISIT_COLUMNS 11
/* Longer than any row: four texts, numbers and the record. */
#define LONGEST_ROW (LONGEST_RECORD + 1024)

/* The row of a visit; the bytes of it. */
static size_t pack_row(const State *state, int64_t partition, Visit *visit, uint8_t *out) {
    const uint8_t *begin = out;
    int32_t queue = visit->place == NOWHERE ? visit->outcome_queue
                                            : state->places.all[visit->place].queue;
    out = put_small(big(out, VISIT_COLUMNS, 2), partition);
    out = put_name(state, out, visit->tenant);
    out = put_text(out, visit->text, visit->contact_length);
    out = put_small(out, visit->number);
    out = put_number(out, visit->offered);
    out = put_name(state, out, queue);
    out = put_channel(state, out, visit);
    out = put_customer(out, visit);
    out = put_null(put_null(out));
    Size record = pack_record(state, visit, out + 4);
    return (size_t)(big(out, (uint64_t)record, 4) + record - begin);
}

/* Room for so many bytes more; NULL with an error. */
static uint8_t *room_for(Rows *rows, size_t bytes) {
    if (rows->room - rows->used < bytes) {
        size_t room = rows->room * 2 + bytes;
        uint8_t *moved = realloc(rows->bytes, room);
        if (!moved) {
            PyErr_NoMemory();
            return NULL;
        }
        rows->bytes = moved;
        rows->room = room;
    }
    return rows->bytes + rows->used;
}

/* Append the row of a visit. */
static int append_row(const State *state, int64_t partition, Visit *visit, Rows *rows) {
    uint8_t *out = room_for(rows, LONGEST_ROW);
    if (!out) return FAILED;
    rows->used += pack_row(state, partition, visit, out);
    rows->number++;
    return DONE;
}

/* Append the row of the contact's own record of a visit with a survey. */
static int append_contact(const State *state, int64_t partition, const Visit *visit, Rows *rows) {
    uint8_t *begin = room_for(rows, LONGEST_ROW), *out = begin, *body;
    Size length;
    if (!out) return FAILED;
    PyObject *channel = *slot(state->at->new_visit, state->at->visit[CHANNEL]);
    Text name = (Text)PyUnicode_AsUTF8AndSize(channel, &length);
    out = put_small(big(out, VISIT_COLUMNS, 2), partition);
    out = put_name(state, out, visit->tenant);
    out = put_small(put_text(out, visit->text, visit->contact_length), 0);
    out = put_text(put_null(put_null(out)), name, (size_t)length);
    body = put_null(put_null(put_null(out))) + 4;
    out = pack_number(big(body, ODD_MARK << 8 | 0x92, 2), 1 << B_EVIDENCE, NOT_TOLD);
    out = pack_surveys_alone(state, visit, big(out, 0x95, 1));
    out = big(out, 0x908080c0, 4);
    big(body - 4, (uint64_t)(out - body), 4);
    rows->used += (size_t)(out - begin);
    rows->number++;
    return DONE;
}

/* Append a value to a column of texts, behind a line end where it is not the first: no text of the
 * core's holds one. */
static int append_value(Rows *column, Text text, size_t length) {
    uint8_t *out = room_for(column, length + 1);
    if (!out) return FAILED;
    if (column->number++) *out++ = '\n';
    memcpy(out, text, length);
    column->used = (size_t)(out + length - column->bytes);
    return DONE;
}

/* Append the key of a visit to the columns of tenants, contacts and numbers. */
static int append_key(const State *state, const Visit *visit, Rows *columns) {
    const Name *tenant = state->names.all + visit->tenant;
    uint8_t digits[8], *number = digits + sizeof digits;
    uint32_t rest = visit->number;
    do *--number = (uint8_t)('0' + rest % 10);
    while (rest /= 10);
    int result = append_value(columns, tenant->bytes, (size_t)tenant->length);
    if (result == DONE) result = append_value(columns + 1, visit->text, visit->contact_length);
    if (result < 0) return FAILED;
    return append_value(columns + 2, number, (size_t)(digits + sizeof digits - number));
}

/* The text of a column, which is given back. */
static PyObject *column_of(Rows *column) {
    const char *values = column->bytes ? (const char *)column->bytes : "";
    PyObject *text = PyUnicode_FromStringAndSize(values, (Size)column->used);
    free(column->bytes);
    return text;
}

/* The bytes of rows, which are given back. */
static PyObject *bytes_of(Rows *rows) {
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)rows->bytes, (Size)rows->used);
    free(rows->bytes);
    return bytes;
}

/* The number of a queue and channel on a page, held; NULL with an error. */
static PyObject *page_place(const Flush *flush, PyObject *home) {
    PyObject *number = PyDict_GetItemWithError(flush->places, home);
    if (number) return held(number);
    if (PyErr_Occurred()) return NULL;
    number = PyLong_FromLongLong(PyDict_Size(flush->places));
    if (!number || !PyDict_SetItem(flush->places, home, number)) return number;
    Py_DecRef(number);
    return NULL;
}

/* Note on the page that a visit is open, or is no longer. */
static int note(const State *state, const Flush *flush, const Visit *visit, int is_new) {
    if (!visit->at[OPEN]) return is_new ? DONE : append(flush->over, visit_key(state, visit));
    int answered = visit->flags & IS_ANSWERED;
    PyObject *parts[4] = {
        page_place(flush, state->places.all[visit->place].home),
        text_of(visit->text, visit->contact_length),
        PyLong_FromLongLong(visit->number),
        PyLong_FromLongLong(answered ? visit->outcome : visit->offered),
    };
    if (append(answered ? flush->answered : flush->waiting, tuple_of(parts, 4)) < 0) return FAILED;
    return answered ? append(flush->agents, name_or_none(state, visit->agent)) : DONE;
}

/* A visit to be written is being written, by a row of `taken`: new rows, others, and the columns of
 * the keys of new ones. */
static int take(State *state, const Flush *flush, uint32_t number, Rows *taken) {
    Visit *visit = visit_at(&state->visits, number);
    int is_new = visit->flags & IS_NEW;
    int result = append_row(state, flush->partition, visit, taken + !is_new);
    if (result == DONE) result = note(state, flush, visit, is_new);
    if (result == DONE && is_new) result = append_key(state, visit, taken + 2);
    if (result == DONE && has_survey(visit, SURVEY_NEW)) {
        result = append_contact(state, flush->partition, visit, taken);
        set_written(state, visit, SURVEY_FLIES);
    }
    if (result == FAILED) return FAILED;
    visit->flags &= (uint8_t)~(IS_NEW | FLIES_NEW);
    if (is_new) visit->flags |= FLIES_NEW;
    visit->at[DIRTY] = 0;
    return enlist(state->lists + FLYING, visit, number, FLYING);
}

/* Take all visits that are to be written: the number and the bytes of the rows of those that the
 * database does not have, and of those it has; the columns of the keys of the former. NULL with an
 * error. */
EXPORT PyObject *core_take(State *state, const Flush *flush) {
    List *dirty = state->lists + DIRTY;
    Rows rows[5] = {{0}};
    int result = DONE;
    for (uint32_t i = 0; i < dirty->used && result == DONE; i++)
        result = take(state, flush, dirty->visits[i], rows);
    if (result == DONE) dirty->used = 0;
    PyObject *parts[7] = {
        PyLong_FromLongLong(rows[0].number),
        bytes_of(rows),
        PyLong_FromLongLong(rows[1].number),
        bytes_of(rows + 1),
        column_of(rows + 2),
        column_of(rows + 3),
        column_of(rows + 4),
    };
    PyObject *taken = tuple_of(parts, 7);
    if (result == DONE) return taken;
    give_back(taken);
    return NULL;
}

#define PANE_COLUMNS 7
/* Of a pane's row without its cells: three texts of at most 128 characters, and numbers. */
#define LONGEST_PANE 2048
#define LONGEST_CELL 18

static uint8_t *put_object(uint8_t *out, PyObject *text) {
    Size length;
    Text bytes = (Text)PyUnicode_AsUTF8AndSize(text, &length);
    return bytes && length <= 512 ? put_text(out, bytes, (size_t)length) : NULL;
}

/* A pane's cells as MessagePack writes them; NULL with an error. */
static uint8_t *pack_cells(uint8_t *out, PyObject *cells) {
    uint64_t number = (uint64_t)PyDict_Size(cells);
    Size place = 0;
    PyObject *code, *amount;
    out = number < 16        ? big(out, 0x80 | number, 1)
          : number < 0x10000 ? big(big(out, 0xde, 1), number, 2)
                             : big(big(out, 0xdf, 1), number, 4);
    while (PyDict_Next(cells, &place, &code, &amount)) {
        out = pack_number(out, PyLong_AsLongLong(code), NOT_TOLD);
        out = pack_number(out, PyLong_AsLongLong(amount), NOT_TOLD);
    }
    return PyErr_Occurred() ? NULL : out;
}

/* Append the row of a pane. */
static int append_pane(const Layout *at, int64_t partition, PyObject *pane, Rows *rows) {
    PyObject *key = *slot(pane, at->pane[PANE_KEY]), *cells = *slot(pane, at->pane[PANE_CELLS]);
    size_t longest = LONGEST_PANE + LONGEST_CELL * (size_t)PyDict_Size(cells);
    uint8_t *out = room_for(rows, longest), *begin = out, *body;
    if (out) out = put_object(big(out, PANE_COLUMNS, 2), PyTuple_GetItem(key, 0));
    if (out) out = put_number(out, PyLong_AsLongLong(PyTuple_GetItem(key, 3)));
    if (out) out = put_object(out, PyTuple_GetItem(key, 1));
    if (out) out = put_object(out, PyTuple_GetItem(key, 2));
    if (!out) return FAILED;
    out = put_small(out, partition);
    body = put_number(out, PyLong_AsLongLong(*slot(pane, at->pane[PANE_REVISION]))) + 4;
    out = pack_cells(body, cells);
    if (!out) return FAILED;
    big(body - 4, (uint64_t)(out - body), 4);
    rows->used += (size_t)(out - begin);
    return DONE;
}

/* The rows of the panes of a list; NULL with an error. */
EXPORT PyObject *core_panes(const State *state, int64_t partition, PyObject *panes, Size number) {
    Rows rows = {0};
    int result = DONE;
    for (Size i = 0; i < number && result == DONE; i++)
        result = append_pane(state->at, partition, PyList_GetItem(panes, i), &rows);
    PyObject *bytes = result == DONE ? bytes_of(&rows) : NULL;
    if (result != DONE) free(rows.bytes);
    return bytes;
}

/* What was taken is stored, or, `again`, to be written again. */
EXPORT int core_taken(State *state, int again) {
    List *flying = state->lists + FLYING;
    while (flying->used) {
        uint32_t number = flying->visits[flying->used - 1];
        Visit *visit = visit_at(&state->visits, number);
        if (again && enlist(state->lists + DIRTY, visit, number, DIRTY) < 0) return FAILED;
        if (again && visit->flags & FLIES_NEW) visit->flags |= IS_NEW;
        if (has_survey(visit, SURVEY_FLIES))
            set_written(state, visit, again ? SURVEY_NEW : SURVEY_STORED);
        visit->flags &= (uint8_t)~FLIES_NEW;
        visit->at[FLYING] = 0;
        flying->used--;
    }
    return DONE;
}
