/// A public point of a curve y² = x³ + b as (X/Z², Y/Z³), the identity being Z = 0: for sums of public points only.
///
/// No formula here reads b, so the tests run the same code exhaustively on the small subgroups of this curve's
/// siblings over the same field. Everything takes variable time; there is no way in for a secret.
struct JacobianPoint {
    private(set) var x: FieldElement
    private(set) var y: FieldElement
    private(set) var z: FieldElement

    /// A point with Z = 1.
    struct Affine {
        let x: FieldElement
        let y: FieldElement

        static prefix func - (point: Self) -> Self {
            Self(x: point.x, y: -point.y)
        }
    }

    static let identity = JacobianPoint(x: .one, y: .one, z: .zero)

    private init(x: FieldElement, y: FieldElement, z: FieldElement) {
        self.x = x
        self.y = y
        self.z = z
    }

    init(_ point: Affine) {
        self.init(x: point.x, y: point.y, z: .one)
    }

    var isIdentity: Bool { z == .zero }

    /// The point with Z = 1, or `nil` for the identity.
    var affine: Affine? {
        guard !isIdentity else { return nil }
        let inverse = z.inverse
        let square = inverse.squared
        return Affine(x: x * square, y: y * square * inverse)
    }

    /// self + self: four squarings of the chord-tangent rule in these coordinates ("dbl-2009-l", a = 0).
    mutating func double() {
        // With Z = 0 every coordinate stays harmless and Z stays 0; y = 0 would be a point of order two, which no
        // subgroup of odd order has.
        let a = x.squared
        let b = y.squared
        let c = b.squared
        let d = ((x + b).squared - a - c).doubled
        let e = a.doubled + a
        let doubledX = e.squared - d.doubled
        z = (y * z).doubled
        y = e * (d - doubledX) - c.doubled.doubled.doubled
        x = doubledX
    }

    /// self + a point with Z = 1 ("madd").
    mutating func add(_ other: Affine) {
        guard !isIdentity else {
            self = JacobianPoint(other)
            return
        }
        let zz = z.squared
        let h = other.x * zz - x
        let r = other.y * zz * z - y
        guard !(h == .zero) else {
            if r == .zero { double() } else { self = .identity }
            return
        }
        addDifferent(h, r, v: x, y1: y, z: z * h)
    }

    /// self + any point ("add").
    mutating func add(_ other: JacobianPoint) {
        guard !other.isIdentity else { return }
        guard !isIdentity else {
            self = other
            return
        }
        let zz = z.squared
        let otherZZ = other.z.squared
        let u = x * otherZZ
        let s = y * otherZZ * other.z
        let h = other.x * zz - u
        let r = other.y * zz * z - s
        guard !(h == .zero) else {
            if r == .zero { double() } else { self = .identity }
            return
        }
        addDifferent(h, r, v: u, y1: s, z: z * other.z * h)
    }

    /// What both additions end with, once both points are brought to one Z and seen to have different x.
    private mutating func addDifferent(
        _ h: FieldElement, _ r: FieldElement, v u: FieldElement, y1 s: FieldElement,
        z sumZ: FieldElement
    ) {
        let hh = h.squared
        let hhh = hh * h
        let v = u * hh
        x = r.squared - hhh - v.doubled
        y = r * (v - x) - s * hhh
        z = sumZ
    }
}
