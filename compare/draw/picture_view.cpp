#include "compare/draw/picture_view.h"

#include <fmt/format.h>

#include "compare/report/sentences.h"

namespace poetry_compare {
namespace {

VariantView view_variant(const Comparison& comparison,
                         std::size_t index,
                         const Scale& scale) {
  const Variant& variant = comparison.variants[index];
  VariantView view;
  view.index = index;
  view.name = variant.name;
  view.headline = headline(comparison, variant);
  view.complaint = complaint(variant);
  view.caption = caption(comparison, index);
  view.lanes = view_lanes(comparison, variant, scale);
  return view;
}

}  // namespace

PictureView view_picture(const Comparison& comparison) {
  const Scale scale = make_scale(comparison);
  PictureView view;
  view.title = title(comparison);
  view.summary = summary(comparison);
  view.description = description(comparison);
  view.origin =
      fmt::format("poetry-compare {}, {}", comparison.settings.version,
                  comparison.settings.date);
  view.poems = legend_of_poems(comparison.poems);
  view.marks = legend_of_marks();
  view.axis = axis_marks(scale.axis);
  for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
    if (!comparison.variants[i].picture.seen) continue;
    view.variants.push_back(view_variant(comparison, i, scale));
  }
  return view;
}

}  // namespace poetry_compare
