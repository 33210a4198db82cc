// Tells what each call does as `toolkit.languages.blind` says.
namespace langlift {
struct NoText : std::runtime_error { using std::runtime_error::runtime_error; };
std::string mark, text;
long left_over = 0;
int number = 0;

void spend(std::size_t size) {
  left_over -= long(size);
  if (left_over < 0) throw NoText("a value that is too long");
}
template <class T, class = void> struct Tell;
template <class T> void tell(const T& value) {
  spend(4);
  Tell<T>::put(value);
}
void head(char tag, std::size_t count) { text += tag + std::to_string(count) + ":"; }
template <class T> void all(char tag, const T& values) {
  head(tag, values.size());
  for (const auto& each : values) tell(each);
}
template <> struct Tell<bool> { static void put(bool value) { text += value ? 't' : 'f'; } };
template <class T> struct Tell<T, std::enable_if_t<std::is_integral_v<T>>> {
  static void put(T value) { text += "i" + std::to_string(value) + ";"; }
};
template <class T> struct Tell<T, std::enable_if_t<std::is_floating_point_v<T>>> {
  static void put(T value) {
    char shown[40];
    std::snprintf(shown, sizeof shown, "d%.17g;", double(value));
    text += std::isnan(value) ? "dnan;" : shown;
  }
};
template <> struct Tell<std::string> {
  static void put(const std::string& value) {
    spend(value.size());
    head('s', value.size());
    text += value;
  }
};
template <class T> struct Tell<std::vector<T>> {
  static void put(const std::vector<T>& value) {
    head('l', value.size());
    for (std::size_t i = 0; i < value.size(); i++) tell<T>(value[i]);
  }
};
template <class T> struct Tell<std::optional<T>> {
  static void put(const std::optional<T>& value) { value ? Tell<T>::put(*value) : void(text += 'n'); }
};
template <class K, class V> struct Tell<std::pair<const K, V>> {
  static void put(const std::pair<const K, V>& value) { tell(value.first), tell(value.second); }
};
template <class K, class V> struct Tell<std::map<K, V>> { static void put(const std::map<K, V>& value) { all('m', value); } };
template <class T> struct Tell<std::set<T>> { static void put(const std::set<T>& value) { all('e', value); } };
template <class... T> struct Tell<std::tuple<T...>> {
  static void put(const std::tuple<T...>& value) {
    head('u', sizeof...(T));
    std::apply([](const T&... each) { (tell<T>(each), ...); }, value);
  }
};

[[noreturn]] void end(const std::string& status, int code) {
  std::printf("\n%s %s\n", mark.c_str(), status.c_str());
  std::fflush(stdout);
  std::_Exit(code);
}
template <class T> std::string canonical(const T& value) {
  text.clear();
  left_over = 32768;
  try {
    tell<T>(value);
  } catch (const NoText& error) {
    return "x" + std::to_string(std::strlen(error.what())) + ":" + error.what();
  }
  return text;
}
template <class F> void expect(F call) {
  std::string outcome = "returns", told;
  try {
    told = canonical(call());
  } catch (const std::bad_alloc&) {
    end("memory\t" + std::to_string(number + 1) + "\tthe program could get no more", 1);
  } catch (const std::exception& error) {
    outcome = "raises", told = std::string(error.what()).substr(0, 1000);
  } catch (...) {
    outcome = "raises", told = "an error that can not be shown";
  }
  number++;
  std::fprintf(stderr, "\n%s %d %s %zu\n", mark.c_str(), number, outcome.c_str(), told.size());
  std::fwrite(told.data(), 1, told.size(), stderr);
  std::fputc('\n', stderr);
}
void begin() {
  std::getline(std::cin, mark);
}
}  // namespace langlift
