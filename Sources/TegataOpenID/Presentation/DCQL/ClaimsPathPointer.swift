package import TegataSDJWT

/// Which claims of a credential are meant (OpenID4VP 1.0 §7): names, positions, and "every element".
package struct ClaimsPathPointer: Hashable, Sendable {
    /// One step inwards.
    package enum Step: Hashable, Sendable {
        /// The member of an object.
        case name(String)
        /// The element of an array, from 0.
        case index(Int)
        /// Every element of an array: `null` in a query.
        case all

        package static func == (left: Step, right: Step) -> Bool {
            switch (left, right) {
            case (.name(let a), .name(let b)): a.hasSameBytes(as: b)
            case (.index(let a), .index(let b)): a == b
            case (.all, .all): true
            default: false
            }
        }
    }

    /// A claim that a pointer leads to.
    package struct Selected: Sendable {
        /// Where it stands, without wildcards.
        package let path: ClaimPath
        /// What it says.
        package let value: JSON
    }

    /// The steps, at least one.
    package let steps: [Step]

    /// The member `name` at the top.
    package init(_ name: String) { steps = [.name(name)] }

    /// Reads `path`: a list, not empty, of strings, whole numbers from 0, and `null`.
    ///
    /// - Throws: `malformed`; `limitExceeded` for more than 32 steps.
    package init(_ json: JSON) throws(Refusal) {
        guard let list = json.array, !list.isEmpty else { throw .malformed }
        guard list.count <= 32 else { throw .limitExceeded }
        var steps = [Step]()
        for element in list {
            switch element {
            case .string(let name): steps.append(.name(name))
            case .null: steps.append(.all)
            default:
                guard let number = element.integer, let index = Int(exactly: number), index >= 0
                else { throw .malformed }
                steps.append(.index(index))
            }
        }
        self.steps = steps
    }

    /// The pointer as it stands in a query.
    package var json: JSON {
        .array(
            steps.map { step in
                switch step {
                case .name(let name): .string(name)
                case .index(let index): .number(JSONNumber(Int64(index)))
                case .all: .null
                }
            })
    }

    /// The claims it leads to in `claims`; none where a step meets a value of another kind, or nothing (§7.1.1).
    package func selected(in claims: JSON) -> [Selected] {
        var found: [(path: [ClaimPath.Element], value: JSON)] = [([], claims)]
        for step in steps {
            var next: [(path: [ClaimPath.Element], value: JSON)] = []
            for (path, value) in found {
                switch step {
                case .name(let name):
                    guard let object = value.object else { return [] }
                    if let member = object[name] { next.append((path + [.name(name)], member)) }
                case .index(let index):
                    guard let array = value.array else { return [] }
                    if index < array.count {
                        next.append((path + [.index(index)], array[index]))
                    }
                case .all:
                    guard let array = value.array else { return [] }
                    for (index, element) in array.enumerated() {
                        next.append((path + [.index(index)], element))
                    }
                }
            }
            found = next
        }
        return found.map { Selected(path: ClaimPath($0.path), value: $0.value) }
    }
}
