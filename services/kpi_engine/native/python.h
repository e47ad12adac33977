/* The functions of Python's stable ABI that the core calls: no header of Python is needed. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct _object PyObject;
typedef struct _typeobject PyTypeObject;
typedef intptr_t Size;

extern void Py_IncRef(PyObject *);
extern void Py_DecRef(PyObject *);
extern PyObject *PyLong_FromLongLong(long long);
extern long long PyLong_AsLongLong(PyObject *);
extern PyObject *PyFloat_FromDouble(double);
extern PyObject *PyBytes_FromStringAndSize(const char *, Size);
extern PyObject *PyUnicode_FromStringAndSize(const char *, Size);
extern const char *PyUnicode_AsUTF8AndSize(PyObject *, Size *);
extern int PyBytes_AsStringAndSize(PyObject *, char **, Size *);
extern PyObject *PyTuple_New(Size);
extern int PyTuple_SetItem(PyObject *, Size, PyObject *);
extern PyObject *PyTuple_GetItem(PyObject *, Size);
extern Size PyTuple_Size(PyObject *);
extern void PyObject_GC_UnTrack(void *);
extern PyObject *PyList_New(Size);
extern int PyList_Sort(PyObject *);
extern PyObject *PyList_GetItem(PyObject *, Size);
extern int PyList_Append(PyObject *, PyObject *);
extern PyObject *PyDict_New(void);
extern PyObject *PyDict_GetItemWithError(PyObject *, PyObject *);
extern int PyDict_SetItem(PyObject *, PyObject *, PyObject *);
extern int PyDict_DelItem(PyObject *, PyObject *);
extern int PyDict_Next(PyObject *, Size *, PyObject **, PyObject **);
extern Size PyDict_Size(PyObject *);
extern Size PySet_Size(PyObject *);
extern int PySet_Contains(PyObject *, PyObject *);
extern int PySet_Add(PyObject *, PyObject *);
extern PyObject *PyObject_CallFunctionObjArgs(PyObject *, ...);
extern PyObject *PyType_GenericAlloc(PyTypeObject *, Size);
extern PyObject *PyErr_Occurred(void);
extern PyObject *PyErr_NoMemory(void);

#define EXPORT __attribute__((visibility("default")))
#define NOT_TOLD INT64_MIN
#define SEVERAL_CHANNELS 16

enum { DONE = 1, NOT_OURS = 0, FAILED = -1 };
