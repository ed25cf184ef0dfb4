import TegataCrypto

// The one writer and the one reader of an instance: what the transcript absorbs first.
//
//     count of equations
//       count of image terms      element, coefficient          4 + 32 bytes each
//       count of secret terms     secret, element, coefficient  4 + 4 + 32 bytes each
//     every element but the generator                           33 bytes each
//
// Counts and indices are four bytes little-endian, coefficients 32 bytes big-endian.
extension LinearRelation {
    /// The instance as draft-irtf-cfrg-sigma-protocols-03 encodes it.
    package var encoded: [UInt8] {
        var bytes = Codec.count(equations.count)
        for equation in equations {
            bytes += Codec.count(equation.image.count)
            for term in equation.image {
                bytes += Codec.count(term.element) + term.coefficient.encoded
            }
            bytes += Codec.count(equation.terms.count)
            for term in equation.terms {
                bytes += Codec.count(term.secret) + Codec.count(term.element)
                bytes += term.coefficient.encoded
            }
        }
        for element in elements.dropFirst() { bytes += element.encoded }
        return bytes
    }

    /// Reads an instance, to its last byte. Statements of Tegata are built, not read; this serves the vectors.
    ///
    /// - Throws: `malformed` also for an instance that is no statement: see `images`.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        var equations: [Equation] = []
        for _ in 0..<(try Self.bounded(reader.count(), each: 8, in: reader)) {
            var image: [ImageTerm] = []
            for _ in 0..<(try Self.bounded(reader.count(), each: 36, in: reader)) {
                let element = try reader.count()
                image.append(
                    ImageTerm(
                        element: element, coefficient: try reader.scalar(Group.Scalar.self)))
            }
            var terms: [Term] = []
            for _ in 0..<(try Self.bounded(reader.count(), each: 40, in: reader)) {
                let secret = try reader.count()
                let element = try reader.count()
                terms.append(
                    Term(
                        secret: secret, element: element,
                        coefficient: try reader.scalar(Group.Scalar.self)))
            }
            equations.append(Equation(image: image, terms: terms))
        }
        var elements = [Group.generator]
        while reader.remaining > 0 { elements.append(try reader.element(Group.self)) }
        self.init(elements: elements, equations: equations)
        guard images != nil else { throw .malformed }
    }

    /// A count that the remaining bytes can hold, so that a lie about it costs nothing.
    private static func bounded(
        _ count: Int, each size: Int, in reader: Reader
    ) throws(ProofError) -> Int {
        guard count <= reader.remaining / size else { throw .malformed }
        return count
    }
}
