/// The JSON Canonicalization Scheme (RFC 8785): one text for one value.
package enum CanonicalJSON {
    /// The canonical text of `value`. Throws `malformed` for a number that no double can hold.
    package static func encode(_ value: JSON) throws(Refusal) -> [UInt8] {
        var text = [UInt8]()
        try append(value, to: &text)
        return text
    }

    /// The canonical text of the JSON text `bytes`. Throws as reading does.
    package static func encode(
        parsing bytes: [UInt8], limits: JSONLimits = .default
    ) throws(Refusal) -> [UInt8] {
        try encode(JSON(parsing: bytes, limits: limits))
    }

    private static func append(_ value: JSON, to text: inout [UInt8]) throws(Refusal) {
        switch value {
        case .null, .bool, .string: text.appendJSON(value)
        case .number(let number):
            guard let double = number.double, let canonical = ECMAScriptNumber.text(double) else {
                throw .malformed
            }
            text.append(contentsOf: canonical.utf8)
        case .array(let elements):
            text.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                try append(element, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let object):
            text.append(UInt8(ascii: "{"))
            // By UTF-16 code units (§3.2.3), which is neither the order of bytes nor that of scalars.
            let sorted = object.members.sorted {
                $0.name.utf16.lexicographicallyPrecedes($1.name.utf16)
            }
            for (index, member) in sorted.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text.appendJSON(member.name)
                text.append(UInt8(ascii: ":"))
                try append(member.value, to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }
}

/// Numbers as ECMAScript writes them (ECMA-262 Number::toString, RFC 8785 §3.2.2.3).
package enum ECMAScriptNumber {
    /// The shortest text that gives `value` back; `nil` for infinities and NaN.
    package static func text(_ value: Double) -> String? {
        guard value.isFinite else { return nil }
        guard value != 0 else { return "0" }
        // Swift and ECMAScript find the same shortest digits and differ in where they put point and exponent.
        let (digits, point) = shortestDigits(value.magnitude)
        var text: [UInt8] = value < 0 ? [UInt8(ascii: "-")] : []
        let zero = UInt8(ascii: "0")
        switch point {
        case digits.count...21:
            text += digits
            text += [UInt8](repeating: zero, count: point - digits.count)
        case 1...21:
            text += digits[..<point] + [UInt8(ascii: ".")] + digits[point...]
        case -5...0:
            text += [zero, UInt8(ascii: ".")] + [UInt8](repeating: zero, count: -point) + digits
        default:
            text.append(digits[0])
            if digits.count > 1 { text += [UInt8(ascii: ".")] + digits[1...] }
            let exponent = point - 1
            text +=
                Array((exponent < 0 ? "e-" : "e+").utf8) + Array(String(exponent.magnitude).utf8)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The digits d₁d₂… without zeros at either end and n such that the value is 0.d₁d₂… × 10ⁿ.
    private static func shortestDigits(_ value: Double) -> (digits: [UInt8], point: Int) {
        var digits = [UInt8]()
        var point = 0
        var exponent = 0
        var afterPoint = false
        let parts = value.description.split(separator: "e", maxSplits: 1)
        if parts.count == 2 { exponent = Int(parts[1]) ?? 0 }
        for byte in parts[0].utf8 {
            if byte == UInt8(ascii: ".") {
                afterPoint = true
                continue
            }
            if digits.isEmpty, byte == UInt8(ascii: "0") {
                if afterPoint { point -= 1 }
                continue
            }
            if !afterPoint { point += 1 }
            digits.append(byte)
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, point + exponent)
    }
}
