//! Exact Euclidean distance to a set of pixels, squared and capped.
//!
//! Two passes: first the distance within each column, then along each row the nearest of the
//! columns around. Squares of distances between pixels are whole numbers, so nothing is rounded and
//! whoever needs a length reads it from a table. A feather never looks further than its width, so
//! a row is searched by trying every offset, which vectorises; where the reach is long, the lower
//! envelope of Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions" (Theory of
//! Computing 8, 2012), is cheaper.

use rayon::prelude::*;

/// The longest reach at which trying every offset is the cheaper way.
const NEAR: u32 = 48;
/// Columns that are searched together: they fit in the registers of every machine.
const TILE: usize = 32;
/// Rows that one task takes.
const ROWS: usize = 16;

/// Squared distance of every pixel's centre to the nearest centre in the set, at most `limit`.
///
/// `limit` is what pixels far away get, and all pixels when the set is empty.
pub(super) fn squared<T: Sync>(
    width: usize,
    limit: u32,
    pixels: &[T],
    is_in_set: impl Fn(&T) -> bool,
) -> Vec<u32> {
    let mut squares = vec![limit; pixels.len()];
    if width == 0 {
        return squares;
    }
    // Nothing below the limit is further away than this in either direction.
    let reach = limit.saturating_sub(1).isqrt();
    let columns = within_columns(width, reach, pixels, is_in_set);
    squares
        .par_chunks_mut(width * ROWS)
        .zip(columns.par_chunks(width * ROWS))
        .for_each(|(out, columns)| {
            let rows = out.chunks_mut(width).zip(columns.chunks(width));
            if reach <= NEAR {
                let mut around = Around::new(width, reach, limit);
                rows.for_each(|(out, row)| around.search(row, out));
            } else {
                rows.for_each(|(out, row)| envelope(row, reach, limit, out));
            }
        });
    squares
}

/// The distance to the set within each column, at most `reach + 1`.
fn within_columns<T>(
    width: usize,
    reach: u32,
    pixels: &[T],
    is_in_set: impl Fn(&T) -> bool,
) -> Vec<i16> {
    // The widest ramp is far below what the type holds.
    let far = i16::try_from(reach + 1).unwrap_or(i16::MAX - 1);
    let mut columns: Vec<i16> = pixels
        .iter()
        .map(|pixel| if is_in_set(pixel) { 0 } else { far })
        .collect();
    let height = columns.len() / width;
    for y in 1..height {
        let (above, row) = columns[(y - 1) * width..].split_at_mut(width);
        step(row, above);
    }
    for y in (1..height).rev() {
        let (row, below) = columns[(y - 1) * width..].split_at_mut(width);
        step(row, &below[..width]);
    }
    columns
}

/// One step further than the neighbouring row, where that is nearer.
fn step(row: &mut [i16], neighbour: &[i16]) {
    for (own, other) in row.iter_mut().zip(neighbour) {
        *own = (*own).min(other + 1);
    }
}

/// The search of a row by every offset.
struct Around {
    reach: usize,
    limit: i16,
    /// The squares of a row's column distances, with `reach` and more places of margin at both ends.
    padded: Vec<i16>,
}

impl Around {
    fn new(width: usize, reach: u32, limit: u32) -> Self {
        let reach = reach as usize;
        // The limit is at most the square of one more than the reach, which is at most `NEAR`.
        let limit = i16::try_from(limit).unwrap_or(i16::MAX);
        let padded = vec![limit; width.next_multiple_of(TILE) + 2 * reach];
        Self {
            reach,
            limit,
            padded,
        }
    }

    fn search(&mut self, row: &[i16], out: &mut [u32]) {
        let limit = self.limit;
        let squares = &mut self.padded[self.reach..];
        for (square, column) in squares.iter_mut().zip(row) {
            *square = (column * column).min(limit);
        }
        for (tile, out) in out.chunks_mut(TILE).enumerate() {
            let near = &self.padded[tile * TILE..][..TILE + 2 * self.reach];
            let own = &near[self.reach..][..TILE];
            // Most tiles of most masks lie wholly inside or wholly outside.
            if own.iter().fold(0, |any, square| any | square) == 0 {
                out.fill(0);
            } else if near.iter().fold(limit, |least, square| least.min(*square)) < limit {
                let nearest = nearest(near, self.reach);
                for (out, square) in out.iter_mut().zip(nearest) {
                    // Squares are never negative.
                    *out = square as u32;
                }
            }
        }
    }
}

/// The nearest of the columns around, for a tile in the middle of `near`.
fn nearest(near: &[i16], reach: usize) -> [i16; TILE] {
    let at = |offset: usize| -> &[i16; TILE] {
        near[offset..]
            .first_chunk()
            .expect("the margin is as wide as the reach")
    };
    let mut nearest = *at(reach);
    for offset in 1..=reach {
        let (left, right) = (at(reach - offset), at(reach + offset));
        let across = (offset * offset) as i16;
        for ((nearest, left), right) in nearest.iter_mut().zip(left).zip(right) {
            *nearest = (*nearest).min(*left.min(right) + across);
        }
    }
    nearest
}

/// One row: the lower envelope of the parabolas `(x - i)² + row[i]²`.
fn envelope(row: &[i16], reach: u32, limit: u32, out: &mut [u32]) {
    let is_far = |vertical: i16| u32::from(vertical.unsigned_abs()) > reach;
    if row.iter().all(|vertical| is_far(*vertical)) {
        return;
    }
    if row.iter().all(|vertical| *vertical == 0) {
        out.fill(0);
        return;
    }
    let mut feet: Vec<usize> = Vec::with_capacity(row.len());
    // The first column at which each foot is the nearest one so far.
    let mut starts: Vec<i64> = Vec::with_capacity(row.len());
    let square = |v: i64| v * v;
    for (i, vertical) in row.iter().enumerate() {
        if is_far(*vertical) {
            continue;
        }
        let own = square(i as i64) + square(i64::from(*vertical));
        loop {
            let Some(&last) = feet.last() else {
                feet.push(i);
                starts.push(i64::MIN);
                break;
            };
            let other = square(last as i64) + square(i64::from(row[last]));
            // The quotient is rounded up: at the crossing itself the two are equal.
            let crossing = -(other - own).div_euclid(2 * (i - last) as i64);
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
        while k + 1 < feet.len() && starts[k + 1] <= x as i64 {
            k += 1;
        }
        let across = x.abs_diff(feet[k]) as u64;
        let down = u64::from(row[feet[k]].unsigned_abs());
        *value = u32::try_from(across * across + down * down).map_or(limit, |v| v.min(limit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_definition(width: usize, limit: u32, set: &[bool]) -> Vec<u32> {
        (0..set.len())
            .map(|own| {
                let square = |other: usize| {
                    let across = (own % width).abs_diff(other % width);
                    let down = (own / width).abs_diff(other / width);
                    (across * across + down * down) as u32
                };
                let others = (0..set.len()).filter(|other| set[*other]);
                others.map(square).fold(limit, u32::min)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn equals_the_definition(
            width in 1_usize..70,
            height in 1_usize..14,
            bits in proptest::collection::vec(prop::bool::weighted(0.05), 70 * 14),
            limit in 1_u32..120,
        ) {
            let set = &bits[..width * height];
            let found = squared(width, limit, set, |is_in| *is_in);
            prop_assert_eq!(found, by_definition(width, limit, set));
        }

        #[test]
        fn a_long_reach_equals_the_definition_too(
            width in 1_usize..70,
            height in 1_usize..14,
            bits in proptest::collection::vec(prop::bool::weighted(0.02), 70 * 14),
            limit in 2_000_u32..5_000,
        ) {
            let set = &bits[..width * height];
            let found = squared(width, limit, set, |is_in| *is_in);
            prop_assert_eq!(found, by_definition(width, limit, set));
        }
    }
}
