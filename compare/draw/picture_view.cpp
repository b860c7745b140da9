#include "compare/draw/picture_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "compare/report/crowd.h"
#include "compare/report/format.h"
#include "compare/report/sentences.h"
#include "compare/report/table.h"

namespace poetry_compare {
namespace {

std::string speed(const Comparison& comparison, const Variant& variant) {
  const auto& reference = comparison.settings.reference;
  if (!variant.vs_reference || variant.name == reference) return "";
  const double ratio = variant.vs_reference->value;
  if (ratio >= 0.995) {
    return fmt::format(", {:.2f}x faster than {}", ratio, reference);
  }
  return fmt::format(", {:.2f}x slower than {}", 1 / ratio, reference);
}

std::string title(const Comparison& comparison) {
  const auto poems = comparison.poems.size();
  const auto ways = comparison.variants.size();
  return fmt::format("{} {}, {} {} to wait", in_words(poems, true),
                     poems == 1 ? "poem" : "poems", in_words(ways),
                     ways == 1 ? "way" : "ways");
}

void add_headings(const Comparison& comparison, PictureView& view) {
  view.title = title(comparison);
  view.summary = summary(comparison);
  view.sentences = sentences(comparison);
  view.complaints = complaints(comparison);
  view.origin =
      fmt::format("poetry-compare {}, {}", comparison.settings.version,
                  comparison.settings.date);
  view.poems = legend_of_poems(comparison.poems);
  view.crowded = is_crowded(comparison);
  view.marks = legend_of_marks(view.crowded);
}

// Of the variants that were seen.
std::string name_omitted(const Comparison& comparison, std::size_t shown) {
  const auto& variants = comparison.variants;
  const auto seen = static_cast<std::size_t>(
      std::count_if(variants.begin(), variants.end(),
                    [](auto& variant) { return variant.picture.seen; }));
  if (shown == seen) return "";
  return fmt::format(
      "{} of {} variants are drawn: one of each kind, then those that failed "
      "or that raise an alarm. The table has all.",
      in_words(shown, true), seen);
}

void add_pictures(const Comparison& comparison, PictureView& view) {
  const Axis axis = make_axis(comparison);
  view.seconds = axis.seconds;
  view.axis = axis_marks(axis);
  std::vector<Samples> samples;
  for (const Variant& variant : comparison.variants) {
    samples.push_back(downsample(variant.picture, axis));
  }
  const Scale scale = make_scale(comparison, axis, samples);
  for (const std::size_t i : shown_variants(comparison)) {
    const Variant& variant = comparison.variants[i];
    view.variants.push_back(
        {i, variant.name, headline(comparison, variant), complaint(variant),
         view_lanes(comparison.poems, variant.picture, samples[i], scale)});
  }
}

}  // namespace

Headline headline(const Comparison& comparison, const Variant& variant) {
  Headline headline;
  if (variant.overall.stopped) return {"stopped", ""};
  headline.text = format_seconds(variant.overall.wall);
  if (variant.runs.size() > 1) {
    headline.text +=
        fmt::format(" ({} to {})", format_seconds(variant.wall.least),
                    format_seconds(variant.wall.most));
  }
  headline.text += speed(comparison, variant);
  if (variant.overall.cpu) {
    headline.text +=
        fmt::format(", working {:.0f} ms", *variant.overall.cpu * 1000);
  }
  if (!variant.overall.worst_unread) return headline;
  headline.text += ", ";
  (unread_is_long(comparison, variant) ? headline.alarm : headline.text) +=
      fmt::format("worst unread {:.3f} s", *variant.overall.worst_unread);
  return headline;
}

std::string complaint(const Variant& variant) {
  const auto reason = variant.overall.complaint;
  if (!reason.empty() && variant.runs.size() > 1) {
    return fmt::format("{} of {} runs failed: {}",
                       variant.runs.size() - variant.counted,
                       variant.runs.size(), reason);
  }
  if (!reason.empty()) return reason;
  if (variant.overall.status != 0)
    return fmt::format("exit status {}", variant.overall.status);
  if (variant.picture.seen) return "";
  return "no picture: its connections were not seen, as with programs that are "
         "statically linked or use io_uring";
}

PictureView view_picture(const Comparison& comparison) {
  PictureView view;
  add_headings(comparison, view);
  add_pictures(comparison, view);
  view.omitted = name_omitted(comparison, view.variants.size());
  return view;
}

}  // namespace poetry_compare
