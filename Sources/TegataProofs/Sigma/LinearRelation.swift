package import TegataCrypto

/// A statement about secret scalars, as data: equations `Σ public·element = Σ public·secret·element`.
///
/// It is what draft-irtf-cfrg-sigma-protocols calls an instance. A prover and a verifier build the same relation
/// from the same function, so that nothing can be left out on one side. Element 0 is the group's generator.
package struct LinearRelation<Group: PrimeGroup>: Sendable {
    /// `coefficient`·`element` on the public side.
    package struct ImageTerm: Hashable, Sendable {
        package let element: Int
        package let coefficient: Group.Scalar
    }

    /// `coefficient`·`secret`·`element` on the secret side.
    package struct Term: Hashable, Sendable {
        package let secret: Int
        package let element: Int
        package let coefficient: Group.Scalar
    }

    /// One equation: the image equals the combination of secrets.
    package struct Equation: Hashable, Sendable {
        package let image: [ImageTerm]
        package let terms: [Term]
    }

    /// Elements by index; the first is the generator.
    package private(set) var elements: [Group] = [Group.generator]
    package private(set) var equations: [Equation] = []
    /// How many secrets the statement speaks of.
    package private(set) var secretCount = 0

    package init() {}

    init(elements: [Group], equations: [Equation]) {
        self.elements = elements
        self.equations = equations
        let highest = equations.flatMap(\.terms).map(\.secret).max() ?? -1
        secretCount = highest + 1
    }

    /// A new secret of the statement.
    package mutating func secret() -> Int {
        defer { secretCount += 1 }
        return secretCount
    }

    /// Demands `image` = Σ secret·base.
    package mutating func require(_ image: Group, equals terms: [(Int, Group)]) {
        require([(.one, image)], equals: terms)
    }

    /// Demands Σ coefficient·element = Σ secret·base. Every element of both sides is absorbed, never only the sum.
    package mutating func require(
        _ image: [(Group.Scalar, Group)], equals terms: [(Int, Group)]
    ) {
        let terms = terms.map { secret, base in
            Term(secret: secret, element: index(of: base), coefficient: .one)
        }
        let image = image.map { coefficient, element in
            ImageTerm(element: index(of: element), coefficient: coefficient)
        }
        equations.append(Equation(image: image, terms: terms))
    }

    private mutating func index(of element: Group) -> Int {
        if let known = elements.firstIndex(of: element) { return known }
        elements.append(element)
        return elements.count - 1
    }

    /// Whether this is a statement at all: not without equations, empty sides, indices out of range, zero coefficients,
    /// nor secrets or elements that nothing constrains.
    var isWellFormed: Bool {
        var usedElements: Set<Int> = [0]
        var usedSecrets: Set<Int> = []
        for equation in equations {
            guard !equation.image.isEmpty, !equation.terms.isEmpty else { return false }
            for term in equation.image {
                guard elements.indices.contains(term.element), term.coefficient != .zero else {
                    return false
                }
                usedElements.insert(term.element)
            }
            for term in equation.terms {
                guard elements.indices.contains(term.element), term.coefficient != .zero else {
                    return false
                }
                usedElements.insert(term.element)
                usedSecrets.insert(term.secret)
            }
        }
        return !equations.isEmpty && usedElements.count == elements.count
            && usedSecrets.count == secretCount
    }

    /// The value of every equation's public side, or `nil` when this is no statement to prove or a side vanishes.
    package var images: [Group]? {
        guard isWellFormed else { return nil }
        var images: [Group] = []
        for equation in equations {
            let parts = equation.image.compactMap { term in
                term.coefficient == .one
                    ? elements[term.element] : elements[term.element].times(term.coefficient)
            }
            guard let image = Group.sum(parts) else { return nil }
            images.append(image)
        }
        return images
    }
}
