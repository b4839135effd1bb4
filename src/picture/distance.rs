//! Exact Euclidean distance to a set of pixels.
//!
//! The two-pass lower-envelope method of Felzenszwalb and Huttenlocher, "Distance Transforms of
//! Sampled Functions" (Theory of Computing 8, 2012): first along columns, then the lower envelope
//! of parabolas along rows. Distances are capped, because a feather never looks further.

use rayon::prelude::*;

/// Distance of every pixel's centre to the nearest centre in the set, at most `cap`.
///
/// `cap` is what pixels far away get, and all pixels when the set is empty.
pub(super) fn to_set(
    width: usize,
    height: usize,
    cap: f32,
    set: impl Fn(usize) -> bool,
) -> Vec<f32> {
    // A cast from float saturates, and so does the step: nothing is further than `far`.
    let far = (cap.ceil() as u16).saturating_add(1);
    let mut columns = vec![far; width * height];
    // Down, then up: the vertical distance within each column, saturating at `far`.
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            let above = if y > 0 {
                columns[at - width].saturating_add(1).min(far)
            } else {
                far
            };
            columns[at] = if set(at) { 0 } else { above };
        }
    }
    for y in (0..height.saturating_sub(1)).rev() {
        for x in 0..width {
            let at = y * width + x;
            let below = columns[at + width].saturating_add(1);
            columns[at] = columns[at].min(below);
        }
    }
    let mut distances = vec![cap; width * height];
    if width == 0 {
        return distances;
    }
    distances
        .par_chunks_mut(width)
        .zip(columns.par_chunks(width))
        .for_each(|(out, row)| {
            if row.iter().all(|v| *v >= far) {
                return;
            }
            if row.iter().all(|v| *v == 0) {
                out.fill(0.0);
                return;
            }
            envelope(row, far, cap, out);
        });
    distances
}

/// One row: the lower envelope of the parabolas `(x - i)² + row[i]²`.
fn envelope(row: &[u16], far: u16, cap: f32, out: &mut [f32]) {
    let mut feet: Vec<usize> = Vec::with_capacity(row.len());
    let mut starts: Vec<f32> = Vec::with_capacity(row.len());
    let height = |i: usize| f32::from(row[i]) * f32::from(row[i]);
    for (i, vertical) in row.iter().enumerate() {
        if *vertical >= far {
            continue;
        }
        loop {
            let Some(&last) = feet.last() else {
                feet.push(i);
                starts.push(f32::NEG_INFINITY);
                break;
            };
            let (a, b) = (last as f32, i as f32);
            let crossing = ((height(i) - height(last)) / (b - a) + a + b) / 2.0;
            if crossing > starts[starts.len() - 1] {
                feet.push(i);
                starts.push(crossing);
                break;
            }
            feet.pop();
            starts.pop();
        }
    }
    let mut k = 0;
    for (x, value) in out.iter_mut().enumerate() {
        while k + 1 < feet.len() && starts[k + 1] <= x as f32 {
            k += 1;
        }
        let across = x as f32 - feet[k] as f32;
        *value = (across * across + height(feet[k])).sqrt().min(cap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_definition(
            width in 1_usize..14,
            height in 1_usize..14,
            bits in proptest::collection::vec(prop::bool::weighted(0.15), 196),
            cap in 1.0_f32..9.0,
        ) {
            let set = |at: usize| bits[at];
            let found = to_set(width, height, cap, set);
            for y in 0..height {
                for x in 0..width {
                    let nearest = (0..width * height)
                        .filter(|at| set(*at))
                        .map(|at| {
                            let (dx, dy) = ((at % width) as f32 - x as f32, (at / width) as f32 - y as f32);
                            dx.hypot(dy)
                        })
                        .fold(cap, f32::min);
                    prop_assert!((found[y * width + x] - nearest).abs() < 1e-3);
                }
            }
        }
    }
}
