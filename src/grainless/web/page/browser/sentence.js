// What a person is told: an error whose message is a sentence; anything else is a bug.

export class Sentence extends Error {}
