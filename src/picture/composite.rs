//! The edit area from the reply, everything else from the source.

use rayon::prelude::*;

use super::{Layout, Picture, Weights};

/// Blends the reply into the source with the weights.
///
/// Where a weight is 0 the result's samples are the source's own, in every channel, also colour
/// under transparent alpha. Where it is 255 they are the reply's. The result has the source's
/// profile and layout.
///
/// # Panics
/// When the three sizes differ.
pub fn composite(source: &Picture, reply: &Picture, weights: &Weights) -> Picture {
    assert_eq!(source.size(), reply.size(), "size of source and reply");
    assert_eq!(
        source.size(),
        (weights.width(), weights.height()),
        "size of source and weights"
    );
    let layout = source.layout();
    let reply = reply.to_layout(layout);
    let mut result = source.clone();
    let stride = source.stride();
    if stride == 0 {
        return result;
    }
    let width = weights.width() as usize;
    result
        .samples_mut()
        .par_chunks_mut(stride)
        .zip(reply.samples().par_chunks(stride))
        .zip(weights.values().par_chunks(width))
        .for_each(|((out, new), weights)| blend_row(layout, out, new, weights));
    result
}

/// The same in the reply's own memory, for pictures that are large enough for that to matter.
///
/// # Panics
/// When the three sizes differ.
pub fn composite_onto(source: &Picture, mut reply: Picture, weights: &Weights) -> Picture {
    let layout = source.layout();
    if reply.layout() != layout || source.stride() == 0 {
        return composite(source, &reply, weights);
    }
    assert_eq!(source.size(), reply.size(), "size of source and reply");
    assert_eq!(
        source.size(),
        (weights.width(), weights.height()),
        "size of source and weights"
    );
    let (stride, width) = (source.stride(), weights.width() as usize);
    reply
        .samples_mut()
        .par_chunks_mut(stride)
        .zip(source.samples().par_chunks(stride))
        .zip(weights.values().par_chunks(width))
        .for_each(|((out, old), weights)| put_back_row(layout, out, old, weights));
    reply.with_profile(source.profile().cloned())
}

fn put_back_row(layout: Layout, out: &mut [u8], old: &[u8], weights: &[u8]) {
    let channels = layout.channels();
    let mut mixed = [0; RUN * 4];
    let runs = out
        .chunks_mut(RUN * channels)
        .zip(old.chunks(RUN * channels));
    for ((out, old), weights) in runs.zip(weights.chunks(RUN)) {
        let any = weights.iter().fold(0, |any, weight| any | weight);
        let all = weights.iter().fold(255, |all, weight| all & weight);
        if any == 0 {
            out.copy_from_slice(old);
        } else if all < 255 {
            let mixed = &mut mixed[..out.len()];
            mixed.copy_from_slice(old);
            blend_run(layout, mixed, out, weights);
            out.copy_from_slice(mixed);
        }
    }
}

/// Pixels that are looked at together: most runs of most masks are wholly in or wholly out.
const RUN: usize = 64;

fn blend_row(layout: Layout, out: &mut [u8], new: &[u8], weights: &[u8]) {
    let channels = layout.channels();
    let runs = out
        .chunks_mut(RUN * channels)
        .zip(new.chunks(RUN * channels));
    for ((out, new), weights) in runs.zip(weights.chunks(RUN)) {
        let any = weights.iter().fold(0, |any, weight| any | weight);
        let all = weights.iter().fold(255, |all, weight| all & weight);
        if all == 255 {
            out.copy_from_slice(new);
        } else if any > 0 {
            blend_run(layout, out, new, weights);
        }
    }
}

fn blend_run(layout: Layout, out: &mut [u8], new: &[u8], weights: &[u8]) {
    let channels = layout.channels();
    let pixels = out
        .chunks_exact_mut(channels)
        .zip(new.chunks_exact(channels));
    for ((out, new), weight) in pixels.zip(weights) {
        match weight {
            0 => {}
            255 => out.copy_from_slice(new),
            weight if layout.has_alpha() => blend_alpha(out, new, *weight),
            weight => {
                for (out, new) in out.iter_mut().zip(new) {
                    *out = mix(*out, *new, *weight);
                }
            }
        }
    }
}

/// Blends with alpha premultiplied, so that colour under transparency does not bleed.
fn blend_alpha(out: &mut [u8], new: &[u8], weight: u8) {
    let (alpha, colors) = (out.len() - 1, 0..out.len() - 1);
    let (from, to) = (u32::from(out[alpha]), u32::from(new[alpha]));
    let (keep, take) = (from * u32::from(255 - weight), to * u32::from(weight));
    let whole = keep + take;
    for channel in colors {
        let sum = u32::from(out[channel]) * keep + u32::from(new[channel]) * take;
        if let Some(mean) = (sum + whole / 2).checked_div(whole) {
            // A weighted mean of two 8-bit samples fits in 8 bits.
            out[channel] = mean as u8;
        }
    }
    out[alpha] = ((whole + 127) / 255) as u8;
}

/// `a` and `b` mixed, rounded; 0 gives `a`, 255 gives `b`.
fn mix(a: u8, b: u8, weight: u8) -> u8 {
    let sum = u32::from(a) * u32::from(255 - weight) + u32::from(b) * u32::from(weight) + 127;
    (sum / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Feather, FeatherInto, Mask};
    use proptest::prelude::*;

    fn any_picture(layout: Layout) -> impl Strategy<Value = Picture> {
        let count = 9 * 7 * layout.channels();
        proptest::collection::vec(any::<u8>(), count)
            .prop_map(move |samples| Picture::new(9, 7, layout, samples))
    }

    fn any_layout() -> impl Strategy<Value = Layout> {
        prop::sample::select(vec![
            Layout::Grey,
            Layout::GreyAlpha,
            Layout::Rgb,
            Layout::Rgba,
        ])
    }

    proptest! {
        #[test]
        fn weight_zero_is_the_source_and_full_weight_the_reply(
            (source, reply) in any_layout().prop_flat_map(|l| (any_picture(l), any_picture(l))),
            coverage in proptest::collection::vec(prop::sample::select(vec![0_u8, 0, 90, 255]), 63),
            pixels in 0.0_f32..4.0,
        ) {
            let mask = Mask::new(9, 7, coverage);
            let weights = Weights::new(&mask, Feather { pixels, into: FeatherInto::Both }, None);
            let result = composite(&source, &reply, &weights);
            prop_assert_eq!(&result, &composite_onto(&source, reply.clone(), &weights));
            for y in 0..7 {
                for x in 0..9 {
                    match weights.at(x, y) {
                        0 => prop_assert_eq!(result.pixel(x, y), source.pixel(x, y)),
                        255 => prop_assert_eq!(result.pixel(x, y), reply.pixel(x, y)),
                        _ => {}
                    }
                }
            }
        }
    }

    #[test]
    fn an_empty_mask_is_the_identity() {
        let source = Picture::filled(5, 5, Layout::Rgba, &[1, 2, 3, 0]);
        let reply = Picture::filled(5, 5, Layout::Rgb, &[200, 200, 200]);
        let weights = Weights::new(&Mask::empty(5, 5), Feather::NONE, None);
        assert_eq!(composite(&source, &reply, &weights), source);
    }
}
