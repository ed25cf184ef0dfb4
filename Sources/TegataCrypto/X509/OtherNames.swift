/// Names of a kind that somebody else defined, among a subject's alternative names (RFC 5280 §4.2.1.6, `otherName`).
extension Certificate {
    /// The text of the only name of this kind: `otherName` with a UTF8String.
    ///
    /// - Throws: `invalidValue` when there is none, more than one, or one of another form.
    package func otherName(_ type: ObjectIdentifier) throws(DERError) -> String {
        guard let range = extensions.alternativeNames else { throw .invalidValue }
        let whole = try DERReader(bytes.span)
        var names = try whole.reader(of: range)
        var found: String?
        while !names.isAtEnd {
            let name = try names.element()
            guard name.tag == DERTag.contextConstructed(0) else { continue }
            var fields = try names.reader(of: name.content)
            guard try fields.objectIdentifier() == type else { continue }
            var value = try fields.sequence(DERTag.contextConstructed(0))
            try fields.finish()
            let text = try value.element(DERTag.utf8String)
            try value.finish()
            guard found == nil, let read = String(validating: bytes[text.content], as: UTF8.self)
            else { throw .invalidValue }
            found = read
        }
        guard let found else { throw .invalidValue }
        return found
    }
}
