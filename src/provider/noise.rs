//! Repeatable randomness: hashes of coordinates, and smooth noise made of them.

/// A uniform number in 0..1 for a point and a seed. The mixing steps are those of SplitMix64.
pub(super) fn hash(x: i32, y: i32, seed: u64) -> f32 {
    (mix(x, y, seed) >> 40) as f32 / (1_u64 << 24) as f32
}

/// 64 well-mixed bits for a point and a seed.
pub(super) fn mix(x: i32, y: i32, seed: u64) -> u64 {
    let point = (u64::from(x as u32) << 32) | u64::from(y as u32);
    let mut z = point
        .wrapping_add(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(seed >> 7);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Smooth noise in −1..1 that changes over a distance of about 1.
pub(super) fn value(x: f32, y: f32, seed: u64) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let ease = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (fx, fy) = (ease(x - left), ease(y - top));
    let (i, j) = (left as i32, top as i32);
    let corner = |di: i32, dj: i32| hash(i.wrapping_add(di), j.wrapping_add(dj), seed) * 2.0 - 1.0;
    let upper = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * fx;
    let lower = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * fx;
    upper + (lower - upper) * fy
}

/// Several octaves of smooth noise, each half as large and twice as fine, about −1..1.
///
/// `finest` is the distance between samples: octaves finer than that are left out, so that distant
/// surfaces do not flicker.
pub(super) fn fractal(x: f32, y: f32, octaves: u32, finest: f32, seed: u64) -> f32 {
    let (mut sum, mut size, mut step) = (0.0, 0.5, 1.0_f32);
    for octave in 0..octaves {
        let visible = (1.0 - step * finest * 1.5).clamp(0.0, 1.0);
        if visible <= 0.0 {
            break;
        }
        sum += value(
            x * step,
            y * step,
            seed.wrapping_add(u64::from(octave) * 101),
        ) * size
            * visible;
        size *= 0.5;
        step *= 2.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_uniform_and_repeat() {
        let mean: f32 = (0..10_000).map(|n| hash(n % 100, n / 100, 7)).sum::<f32>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
        assert_eq!(hash(3, 4, 5), hash(3, 4, 5));
        assert_ne!(hash(3, 4, 5), hash(3, 4, 6));
    }

    #[test]
    fn noise_is_smooth() {
        for step in 0..1000 {
            let x = step as f32 * 0.037;
            assert!((value(x, 1.3, 1) - value(x + 0.01, 1.3, 1)).abs() < 0.06);
        }
    }
}
