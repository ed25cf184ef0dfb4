import TegataOpenID
import TegataSDJWT

/// Queries over wallets, with the outcome that dcql-ts recorded for each. Some are in the spellings of drafts.
func runDCQL(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        for vector in try file.json.cases.list {
            report.expect((try? vector.id.string) ?? "?") {
                let query = try DCQLQuery(JSON(parsing: vector.query.encodedJSON), .drafts)
                let match = query.match(try vector.credentials.list.map(candidate))
                guard try (match.required != nil) == vector.expectSatisfied.bool else {
                    return false
                }
                return try vector.expectMatches.members.allSatisfy { id, expected in
                    let found = match.answers[id]?.map(\.index) ?? []
                    return try expected.success.bool != found.isEmpty
                        && expected.validCredentialIndexes.list.map { try $0.int } == found
                }
            }
        }
    }
}

/// A credential as the vectors describe it.
private func candidate(_ vector: Vector) throws -> DCQLCandidate {
    var types = try vector.type.strings
    for name in [vector.vct, vector.doctype] where name.isText { types.append(try name.string) }
    let claims = vector.claims.isNull ? vector.namespaces : vector.claims
    var authorities = [TrustedAuthority]()
    if !vector.authority.isNull {
        authorities.append(try TrustedAuthority(JSON(parsing: vector.authority.encodedJSON)))
    }
    return DCQLCandidate(
        format: try vector.credential_format.string, types: types,
        claims: try JSON(parsing: claims.encodedJSON), authorities: authorities,
        isBound: try vector.cryptographic_holder_binding.bool)
}
