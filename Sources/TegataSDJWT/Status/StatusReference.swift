/// Where a token's status stands (Token Status List §6.1).
package struct StatusReference: Hashable, Sendable {
    /// The position in the list.
    package let index: Int
    /// The list's address, to be compared byte for byte.
    package let uri: String

    package init(index: Int, uri: String) {
        self.index = index
        self.uri = uri
    }

    /// Reads the `status` claim; `nil` when there is none.
    ///
    /// Throws `malformed`, and `statusUnknown` when it names another mechanism only: a status that cannot be checked is
    /// not a valid one.
    package init?(_ claim: JSON?) throws(Refusal) {
        guard let claim else { return nil }
        guard let object = claim.object else { throw .malformed }
        guard let list = object["status_list"] else { throw .statusUnknown }
        guard let index = list["idx"]?.integer, (0...Int64(UInt32.max)).contains(index),
            let uri = list["uri"]?.string, !uri.isEmpty
        else { throw .malformed }
        self.init(index: Int(index), uri: uri)
    }

    /// The `status` claim.
    package var claim: JSON {
        [
            "status_list": [
                "idx": .number(JSONNumber(Int64(index))), "uri": .string(uri),
            ]
        ]
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.index == right.index && left.uri.hasSameBytes(as: right.uri)
    }
}

extension VerifiedSDJWT {
    /// Where the token's status stands; `nil` when the issuer gave it none. Throws as `StatusReference`.
    package func statusReference() throws(Refusal) -> StatusReference? {
        try StatusReference(claims["status"])
    }
}
