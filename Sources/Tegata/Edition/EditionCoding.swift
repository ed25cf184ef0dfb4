package import TegataSDJWT

// The `edition` member of an announcement (Spec/edition.md).
extension Edition {
    var json: JSON {
        var object: JSONObject = ["id": .string(id), "limit": limit.json]
        if !title.isEmpty { object.add("title", texts(title)) }
        if !description.isEmpty { object.add("description", texts(description)) }
        if !benefits.isEmpty { object.add("benefits", .array(benefits.map(JSON.string))) }
        if let claimWindow {
            object.add(
                "claim_window",
                ["from": .whole(claimWindow.from), "until": .whole(claimWindow.until)])
        }
        object.add("one_per_person", .bool(onePerPerson))
        object.add("national_id", .array(nationalID.map(\.name).sorted().map(JSON.string)))
        object.add("transferable", .bool(isTransferable))
        if takesBack { object.add("takes_back", true) }
        object.add("card_lifetime", .whole(cardLifetime))
        if let draw {
            object.add(
                "draw",
                [
                    "commitment": .bytes(draw.commitment.array),
                    "randomness": .string(draw.randomness), "closes": .whole(draw.closes),
                ])
        }
        if let cutOff { object.add("cut_off", .whole(cutOff)) }
        if certifiesRequesters { object.add("requesters", "certified") }
        if asksSecondIndex { object.add("second_index", true) }
        if !committed.isEmpty { object.add("committed", .array(committed.map(\.json))) }
        return .object(object)
    }

    private func texts(_ texts: [String: String]) -> JSON {
        var object = JSONObject()
        for (language, text) in texts.sorted(by: { $0.key < $1.key }) {
            object.add(language, .string(text))
        }
        return .object(object)
    }

    init(json: JSON) throws(Refusal) {
        var window: ClaimWindow?
        if let member = json["claim_window"] {
            guard let from = try member.required("from").integer,
                let until = try member.required("until").integer,
                let checked = try? ClaimWindow(from: from, until: until)
            else { throw .malformed }
            window = checked
        }
        var classes = Set<CardClass>()
        for entry in try json.required("national_id").elements(atMost: 16) {
            classes.insert(CardClass(try entry.text(atMost: 64)))
        }
        var benefits = [String]()
        for entry in try (json["benefits"] ?? []).elements(atMost: 64) {
            benefits.append(try entry.text(atMost: 256))
        }
        var draw: Draw?
        if let member = json["draw"] {
            guard let closes = try member.required("closes").integer else { throw .malformed }
            draw = Draw(
                commitment: try member.required("commitment").fixedBytes(),
                randomness: try member.required("randomness").text(atMost: 1024), closes: closes)
        }
        var cutOff: Int64?
        if let member = json["cut_off"] { cutOff = Int64(clamping: try member.time()) }
        if let member = json["requesters"] {
            guard try member.text(atMost: 16).hasSameBytes(as: "certified") else {
                throw .malformed
            }
        }
        let certifiesRequesters = json["requesters"] != nil
        var committed = [CommittedClaim]()
        for entry in try (json["committed"] ?? []).elements(atMost: CommittedClaim.maximumCount) {
            committed.append(try CommittedClaim(json: entry))
        }
        guard let lifetime = try json.required("card_lifetime").integer else { throw .malformed }
        let parts = (
            id: try json.required("id").text(atMost: 64),
            limit: try Limit(json: try json.required("limit")),
            title: try Self.texts(json["title"]), description: try Self.texts(json["description"]),
            onePerPerson: try json.required("one_per_person").flag(),
            isTransferable: try json.required("transferable").flag(),
            takesBack: try json["takes_back"]?.flag() ?? false,
            asksSecondIndex: try json["second_index"]?.flag() ?? false
        )
        do {
            try self.init(
                parts.id, limit: parts.limit, title: parts.title, description: parts.description,
                benefits: benefits, claimWindow: window, nationalID: classes,
                onePerPerson: parts.onePerPerson, isTransferable: parts.isTransferable,
                takesBack: parts.takesBack, cardLifetime: lifetime, draw: draw,
                committed: committed, cutOff: cutOff, certifiesRequesters: certifiesRequesters,
                asksSecondIndex: parts.asksSecondIndex)
        } catch {
            throw .malformed
        }
    }

    private static func texts(_ json: JSON?) throws(Refusal) -> [String: String] {
        guard let json else { return [:] }
        guard let object = json.object else { throw .malformed }
        guard object.count <= 32 else { throw .limitExceeded }
        var texts = [String: String]()
        for member in object.members { texts[member.name] = try member.value.text(atMost: 4096) }
        return texts
    }
}

extension Limit {
    var json: JSON {
        switch self {
        case .cards(let count): .whole(Int64(count))
        case .unlimited: "unlimited"
        }
    }

    /// An integer 0 … 2^32 − 1, or the string `unlimited` (A83).
    package init(json: JSON) throws(Refusal) {
        if let text = json.string, text.hasSameBytes(as: "unlimited") {
            self = .unlimited
            return
        }
        guard let integer = json.integer, let count = UInt32(exactly: integer) else {
            throw .malformed
        }
        self = .cards(count)
    }
}
