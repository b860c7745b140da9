// Directories for the time of a run, and those of programs that were killed.
#include "compare/trace/temporary_directory.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace {

namespace fs = std::filesystem;

using poetry_compare::remove_abandoned_directories;

class TemporaryDirectories : public testing::Test {
 protected:
  TemporaryDirectories() {
    std::string name = testing::TempDir() + "place-XXXXXX";
    place_ = ::mkdtemp(name.data());
  }
  ~TemporaryDirectories() override { fs::remove_all(place_); }

  // The directory of a process that was killed, with a file.
  fs::path abandon() {
    const pid_t child = ::fork();
    if (child == 0) {
      const poetry_compare::TemporaryDirectory directory("test", place_);
      std::ofstream(directory.path() / "file") << "text";
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    for (const auto& entry : fs::directory_iterator(place_)) {
      if (fs::exists(entry.path() / "file")) return entry.path();
    }
    throw std::runtime_error("there is no directory");
  }

  fs::path place_;
};

TEST_F(TemporaryDirectories, IsRemovedWithItsObject) {
  fs::path path;
  {
    const poetry_compare::TemporaryDirectory directory("test", place_);
    path = directory.path();
    EXPECT_TRUE(path.filename().string().starts_with("poetry-test-"));
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    std::ofstream(path / "file") << "text";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(TemporaryDirectories, ADirectoryOfAKilledProcessIsRemoved) {
  const fs::path path = abandon();
  remove_abandoned_directories(place_);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(TemporaryDirectories, ADirectoryInUseIsKept) {
  const poetry_compare::TemporaryDirectory directory("test", place_);
  remove_abandoned_directories(place_);
  EXPECT_TRUE(fs::exists(directory.path()));
}

TEST_F(TemporaryDirectories, ADirectoryOfOtherOriginIsKept) {
  fs::create_directories(place_ / "poetry-mine");
  std::ofstream(place_ / "poetry-file") << "text";
  const fs::path renamed = place_ / "other-name";
  fs::rename(abandon(), renamed);
  remove_abandoned_directories(place_);
  EXPECT_TRUE(fs::exists(place_ / "poetry-mine"));
  EXPECT_TRUE(fs::exists(place_ / "poetry-file"));
  EXPECT_TRUE(fs::exists(renamed / "file"));
}

TEST_F(TemporaryDirectories, NoLinkIsFollowed) {
  const fs::path target = place_ / "target";
  fs::rename(abandon(), target);
  fs::create_directory_symlink(target, place_ / "poetry-link");
  fs::create_directory(place_ / "poetry-lock");
  fs::create_symlink(target / ".slowpoetry-lock",
                     place_ / "poetry-lock" / ".slowpoetry-lock");
  remove_abandoned_directories(place_);
  EXPECT_TRUE(fs::exists(target / "file"));
  EXPECT_TRUE(fs::exists(place_ / "poetry-lock"));
}

TEST_F(TemporaryDirectories, ALinkInAnAbandonedDirectoryIsRemovedAlone) {
  const fs::path path = abandon();
  fs::create_directory(place_ / "target");
  fs::create_directory_symlink(place_ / "target", path / "link");
  remove_abandoned_directories(place_);
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::exists(place_ / "target"));
}

TEST_F(TemporaryDirectories, ADirectoryOfAnotherUserIsKept) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make one";
  const fs::path path = abandon();
  ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
  remove_abandoned_directories(place_);
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(TemporaryDirectories, AMissingPlaceHasNone) {
  remove_abandoned_directories(place_ / "missing");
}

TEST_F(TemporaryDirectories, TmpdirMayBeRelative) {
  const fs::path before = fs::current_path();
  fs::current_path(place_);
  fs::create_directory("below");
  ::setenv("TMPDIR", "below", 1);
  {
    const poetry_compare::TemporaryDirectory directory("test");
    EXPECT_EQ(directory.path().parent_path(), fs::canonical(place_) / "below");
  }
  ::unsetenv("TMPDIR");
  fs::current_path(before);
}

TEST_F(TemporaryDirectories, AnUnusablePlaceIsNamed) {
  try {
    const poetry_compare::TemporaryDirectory directory("test", "/proc/self");
    FAIL() << "there is no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what())
                  .find("cannot make a temporary directory in /proc/self: "),
              0U);
  }
}

}  // namespace
