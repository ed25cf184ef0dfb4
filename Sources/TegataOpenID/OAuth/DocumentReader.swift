internal import TegataSDJWT

/// Reads the members of a document that somebody published: each has one type and a bound, and what is there in another
/// type is an error even where it might have been left out.
struct DocumentReader {
    let object: JSONObject

    /// A document of at most `limit` bytes. Throws `limitExceeded`, `malformed`.
    init(parsing text: [UInt8], limit: Int = 256 * 1024) throws(Refusal) {
        guard text.count <= limit else { throw .limitExceeded }
        self = try DocumentReader(try JSON(parsing: text))
    }

    init(_ json: JSON) throws(Refusal) {
        guard let object = json.object else { throw .malformed }
        self.object = object
    }

    func optionalText(_ name: String, atMost limit: Int = 2048) throws(Refusal) -> String? {
        guard let value = object[name] else { return nil }
        guard let text = value.string else { throw .malformed }
        guard text.utf8.count <= limit else { throw .limitExceeded }
        return text
    }

    func text(_ name: String, atMost limit: Int = 2048) throws(Refusal) -> String {
        guard let text = try optionalText(name, atMost: limit), !text.isEmpty else {
            throw .malformed
        }
        return text
    }

    func optionalList(_ name: String, atMost limit: Int = 256) throws(Refusal) -> [JSON]? {
        guard let value = object[name] else { return nil }
        guard let list = value.array, !list.isEmpty else { throw .malformed }
        guard list.count <= limit else { throw .limitExceeded }
        return list
    }

    /// A list of texts that is not empty and names nothing twice.
    func optionalTexts(_ name: String) throws(Refusal) -> [String]? {
        guard let list = try optionalList(name) else { return nil }
        var texts = [String]()
        for element in list {
            guard let text = element.string, !text.isEmpty,
                !texts.contains(where: text.hasSameBytes)
            else { throw .malformed }
            texts.append(text)
        }
        return texts
    }

    func optionalFlag(_ name: String) throws(Refusal) -> Bool? {
        guard let value = object[name] else { return nil }
        guard let flag = value.bool else { throw .malformed }
        return flag
    }

    /// A whole number in `range`.
    func optionalWhole(_ name: String, in range: ClosedRange<Int64>) throws(Refusal) -> Int64? {
        guard let value = object[name] else { return nil }
        guard let number = value.integer, range.contains(number) else { throw .malformed }
        return number
    }

    func optionalDocument(_ name: String) throws(Refusal) -> DocumentReader? {
        guard let value = object[name] else { return nil }
        return try DocumentReader(value)
    }

    /// The address of an endpoint: https, or http where the issuer itself is on loopback.
    func optionalEndpoint(
        _ name: String, of issuer: IssuerIdentifier
    ) throws(Refusal) -> String? {
        guard let url = try optionalText(name) else { return nil }
        let isLoopback = issuer.text.hasPrefix("http:")
        guard PlainText.isURL(url), !url.utf8.contains(UInt8(ascii: "#")),
            url.hasPrefix("https://") || isLoopback && url.hasPrefix("http://")
        else { throw .malformed }
        return url
    }
}

extension JSONObject {
    /// Adds a member if there is a value for it.
    mutating func add(_ name: String, text: String?) {
        if let text { add(name, .string(text)) }
    }

    /// Adds a list of texts if it is not empty.
    mutating func add(_ name: String, texts: [String]) {
        if !texts.isEmpty { add(name, .array(texts.map(JSON.string))) }
    }
}
