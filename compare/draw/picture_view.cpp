#include "compare/draw/picture_view.h"

#include <fmt/format.h>

#include "compare/report/sentences.h"

namespace poetry_compare {
namespace {

void add_headings(const Comparison& comparison, PictureView& view) {
  view.title = title(comparison);
  view.summary = summary(comparison);
  view.sentences = sentences(comparison);
  view.complaints = complaints(comparison);
  view.origin =
      fmt::format("poetry-compare {}, {}", comparison.settings.version,
                  comparison.settings.date);
  view.poems = legend_of_poems(comparison.poems);
  view.marks = legend_of_marks();
}

// All but the pictures; of all variants.
std::vector<VariantView> view_texts(const Comparison& comparison) {
  std::vector<VariantView> views;
  for (const auto& caption : captions(comparison)) {
    const Variant& variant = comparison.variants[views.size()];
    views.push_back({views.size(),
                     variant.name,
                     headline(comparison, variant),
                     complaint(variant),
                     caption,
                     {}});
  }
  return views;
}

std::vector<std::vector<Tick>> ticks_of(const Samples& samples) {
  std::vector<std::vector<Tick>> ticks;
  for (const TaskSamples& task : samples.tasks) ticks.push_back(task.ticks);
  return ticks;
}

void add_pictures(const Comparison& comparison, PictureView& view) {
  const Axis axis = make_axis(comparison);
  view.seconds = axis.seconds;
  view.axis = axis_marks(axis);
  std::vector<Samples> samples;
  for (const Variant& variant : comparison.variants) {
    samples.push_back(downsample(variant.picture, axis));
    view.ticks.push_back(ticks_of(samples.back()));
  }
  const Scale scale = make_scale(comparison, axis, samples);
  for (VariantView& variant : view.variants) {
    variant.lanes =
        view_lanes(comparison.poems, comparison.variants[variant.index].picture,
                   samples[variant.index], scale);
  }
}

}  // namespace

PictureView view_picture(const Comparison& comparison) {
  PictureView view;
  add_headings(comparison, view);
  view.variants = view_texts(comparison);
  std::erase_if(view.variants, [&](const VariantView& variant) {
    return !comparison.variants[variant.index].picture.seen;
  });
  add_pictures(comparison, view);
  return view;
}

}  // namespace poetry_compare
