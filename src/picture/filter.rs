//! The filters of PNG: each row as its differences to what lies beside and above it.
//!
//! Every row takes the filter whose differences are the least together, of the three that photos
//! take. The sum over a row is what compressors have used to guess the size for thirty years.

use super::Picture;

/// A filter and the number it has in the file.
#[derive(Debug, Clone, Copy)]
enum Filter {
    Left = 1,
    Above = 2,
    Paeth = 4,
}

/// All rows, each with its filter's number before it.
pub(super) fn rows(picture: &Picture) -> Vec<u8> {
    let (channels, stride) = (picture.layout().channels(), picture.stride());
    let mut filtered = Vec::with_capacity(picture.samples().len() + picture.height() as usize);
    let first = vec![0; stride];
    let mut above = first.as_slice();
    let [mut best, mut other] = [vec![0; stride], vec![0; stride]];
    for row in picture.samples().chunks_exact(stride.max(1)) {
        let mut chosen = Filter::Paeth;
        let mut least = apply(chosen, channels, row, above, &mut best);
        for filter in [Filter::Left, Filter::Above] {
            let sum = apply(filter, channels, row, above, &mut other);
            if sum < least {
                (chosen, least) = (filter, sum);
                std::mem::swap(&mut best, &mut other);
            }
        }
        filtered.push(chosen as u8);
        filtered.extend_from_slice(&best);
        above = row;
    }
    filtered
}

/// Writes the differences, and returns the sum of their sizes.
fn apply(filter: Filter, channels: usize, row: &[u8], above: &[u8], out: &mut [u8]) -> u64 {
    // Left of the first pixel everything is 0, and so Paeth predicts what lies above.
    let (start, rest) = out.split_at_mut(channels);
    for ((out, own), above) in start.iter_mut().zip(row).zip(above) {
        *out = match filter {
            Filter::Left => *own,
            Filter::Above | Filter::Paeth => own.wrapping_sub(*above),
        };
    }
    let pixels = rest.iter_mut().zip(&row[channels..]);
    let (left, corner) = (row, above);
    let above = &above[channels..];
    match filter {
        Filter::Left => pixels
            .zip(left)
            .for_each(|((out, own), left)| *out = own.wrapping_sub(*left)),
        Filter::Above => pixels
            .zip(above)
            .for_each(|((out, own), above)| *out = own.wrapping_sub(*above)),
        Filter::Paeth => pixels.zip(left).zip(above).zip(corner).for_each(
            |((((out, own), left), above), corner)| {
                *out = own.wrapping_sub(paeth(*left, *above, *corner));
            },
        ),
    }
    // A difference of 255 is one of -1.
    let size = |difference: &u8| u64::from(difference.cast_signed().unsigned_abs());
    out.iter().map(size).sum()
}

/// Whichever of the three is nearest to `left + above - corner`; the first of equals.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let (to_left, to_above, to_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}
