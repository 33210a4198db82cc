// A plugin for g++: `#pragma langlift instantiate` instantiates the templates that all before it needs, which else
// waits for the end of a program and then is done in every program anew. Declared by hand, since the compiler's own
// headers are seldom installed; where that does not fit, the pragma does nothing or the plugin does not load.
class cpp_reader;
extern "C" int plugin_is_GPL_compatible;
int plugin_is_GPL_compatible;
extern "C" void register_callback(const char *, int, void (*)(void *, void *), void *);
void c_register_pragma(const char *, const char *, void (*)(cpp_reader *));
void instantiate_pending_templates(int);

namespace {
enum { PRAGMAS = 15 }; // PLUGIN_PRAGMAS, from version 5 on

void instantiate(cpp_reader *) { instantiate_pending_templates(0); }

void declare(void *, void *) { c_register_pragma("langlift", "instantiate", instantiate); }
}

extern "C" int plugin_init(void *, void *) {
    register_callback("early", PRAGMAS, declare, nullptr);
    return 0;
}
