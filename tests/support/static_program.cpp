// A static program, which no library can be preloaded into.

#include <cstdio>

int main() {
  std::puts("linked statically");
  return 7;
}
