import TegataCrypto
import TegataProofs

/// Rows, and what is shown of a card's commitment.
let rowFunctions: [String: OwnFunction] = [
    "row": { input, _ in
        let row = try Row(parsing: try input.row.hex, issuer: try input.issuer.fixed())
        return [
            "edition": .hex(row.edition), "position": .whole(row.position), "L": .hex(row.index),
            "D": .hex(row.commitment), "epoch": .whole(row.epoch),
            "status": .whole(row.status.rawValue), "id": .hex(row.hash),
            "leaf": .hex(row.leaf(salt: try input.salt.fixed())),
        ]
    },
    "pseudonym": { input, _ in
        // N depends on s alone.
        let opening = try CardOpening(
            exposedSecrets: try input.s.hex + Scalar.one.encoded, attributes: [])
        return ["N": .hex(opening.pseudonym(in: try input.pseudonymScope))]
    },
    "presentation": { input, _ in
        let attributes = try input.attributes.list.map { $0.isNull ? nil : try $0.scalar }
        let pseudonym = try PseudonymousPresentation.verify(
            try input.presentation.hex, commitment: try input.D.point, attributes: attributes,
            scope: try input.pseudonymScope, question: try input.question.context)
        return ["N": .hex(pseudonym)]
    },
]
