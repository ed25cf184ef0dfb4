import TegataSDJWT

/// Status lists and the tokens that carry them.
let statusFunctions: [String: OwnFunction] = [
    "status-list": { input, _ in
        let list = try StatusList(try JSON(parsing: try input.status_list.utf8))
        guard let status = list[try input.index.int] else { throw Refusal.statusUnknown }
        return ["status": .whole(status.value)]
    },
    "status-token": { input, _ in
        let key = try VerifyingKey(parsingJWK: try input.key.utf8)
        let token = try StatusListToken(
            parsing: try input.token.utf8, from: try input.uri.string, by: key)
        let status = try token.status(
            at: try input.index.int, now: Int64(try input["time"].int), maximumAge: 86_400)
        return ["status": .whole(status.value)]
    },
]
