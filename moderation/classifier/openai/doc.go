// Package openai asks OpenAI, or any server that speaks its language, for a second opinion
// on comments that the cheap stages leave undecided.
//
// Two models can be asked. The moderation model scores a comment (and its pictures) in fixed
// categories; it cannot be talked to. The judge is a chat model that reads the community's
// own policy, the article, the comment replied to, the comment and what the earlier stages
// said, and answers in a fixed form. When both are on, the judge answers and the moderation
// model checks it; moderation.Weigh has the last word.
//
// An Adviser does both, within budgets that all processes share, behind a circuit breaker,
// and asks the same question once however many comments raise it.
//
// What is sent: the words of the comment and what came with it (embeds, polls, forwards, file
// names and text files), the words of the comment replied to, the article's title and summary,
// the community's policy, the earlier stages' scores and the addresses of attached pictures.
// What is not: names and IDs of people, roles, channels and communities. No text of anybody is
// ever logged.
package openai
