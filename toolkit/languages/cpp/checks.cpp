namespace langlift {
template <class T, class = void> struct Kind {
  static bool same(const T& got, const T& want) { return got == want; }
  static std::string show(const T& value) { return std::to_string(value); }
};
template <class T> std::string show(const T& value) { return Kind<T>::show(value); }
template <class T> bool same(const T& got, const T& want) { return Kind<T>::same(got, want); }
template <class T> std::string row(const T& values, char first, char last) {
  std::string text(1, first);
  for (const auto& each : values) text += (text.size() > 1 ? ", " : "") + show(each);
  return text + last;
}
template <> struct Kind<std::string> {
  static bool same(const std::string& got, const std::string& want) { return got == want; }
  static std::string show(const std::string& value) { return '"' + value + '"'; }
};
template <class T> struct Kind<T, std::enable_if_t<std::is_floating_point_v<T>>> {
  static bool same(T got, T want) {
    if (got == want || (std::isnan(got) && std::isnan(want))) return true;
    double distance = want == 0 ? 1e-12 : 1e-9 * std::max(std::fabs(got), std::fabs(want));
    return std::isfinite(distance) && std::fabs(got - want) <= distance;
  }
  static std::string show(T value) { char text[40]; std::snprintf(text, sizeof text, "%.17g", double(value)); return text; }
};
template <class T> struct Kind<std::vector<T>> {
  static bool same(const std::vector<T>& got, const std::vector<T>& want) {
    for (std::size_t i = 0; i < got.size() && i < want.size(); i++)
      if (!langlift::same<T>(got[i], want[i])) return false;
    return got.size() == want.size();
  }
  static std::string show(const std::vector<T>& value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); i++) text += (i ? ", " : "") + langlift::show<T>(value[i]);
    return "[" + text + "]";
  }
};
template <class T> struct Kind<std::optional<T>> {
  static bool same(const std::optional<T>& got, const std::optional<T>& want) {
    return got.has_value() == want.has_value() && (!got || langlift::same<T>(*got, *want));
  }
  static std::string show(const std::optional<T>& value) { return value ? langlift::show<T>(*value) : "nothing"; }
};
template <class K, class V> struct Kind<std::pair<const K, V>> {
  static std::string show(const std::pair<const K, V>& value) { return langlift::show(value.first) + ": " + langlift::show(value.second); }
};
template <class K, class V> struct Kind<std::map<K, V>> {
  static bool same(const std::map<K, V>& got, const std::map<K, V>& want) {
    for (const auto& [key, value] : want)
      if (!got.count(key) || !langlift::same<V>(got.at(key), value)) return false;
    return got.size() == want.size();
  }
  static std::string show(const std::map<K, V>& value) { return row(value, '{', '}'); }
};
template <class T> struct Kind<std::set<T>> {
  static bool same(const std::set<T>& got, const std::set<T>& want) { return got == want; }
  static std::string show(const std::set<T>& value) { return row(value, '{', '}'); }
};
template <class... T> struct Kind<std::tuple<T...>> {
  template <std::size_t... I> static bool all(const std::tuple<T...>& a, const std::tuple<T...>& b, std::index_sequence<I...>) {
    return (langlift::same<T>(std::get<I>(a), std::get<I>(b)) && ...);
  }
  static bool same(const std::tuple<T...>& got, const std::tuple<T...>& want) { return all(got, want, std::index_sequence_for<T...>{}); }
  static std::string show(const std::tuple<T...>& value) {
    std::string text = "(";
    std::apply([&](const T&... each) { ((text += (text.size() > 1 ? ", " : "") + langlift::show(each)), ...); }, value);
    return text + ")";
  }
};
template <class T> struct Exactly { using type = T; };
inline int number = 0;
inline void settle(bool passed, const std::string& got, const std::string& want) {
  number++;
  if (passed) return;
  std::fprintf(stderr, "case %d: got %s, expected %s\n", number, got.c_str(), want.c_str());
  std::_Exit(1);
}
template <class T> void expect(const T& got, const typename Exactly<T>::type& want) { settle(same<T>(got, want), show(got), show(want)); }
template <class F> void expect_raises(const std::string& name, F call) {
  try {
    call();
  } catch (const std::exception& error) {
    std::string text = error.what();
    return settle(text == name || text.rfind(name + ":", 0) == 0, "error " + text, name);
  }
  settle(false, "a value", name);
}
}  // namespace langlift
