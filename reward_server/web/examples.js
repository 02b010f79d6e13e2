// A sample for each shipped rubric, to load at a click: most show something that went wrong.

export const EXAMPLES = [
  {
    name: "math",
    rubric: "math",
    prompt: "What is 1/2 + 1/4?",
    completion: "<think>Two quarters and one quarter make three quarters.</think>\nSo the sum is $\\boxed{\\frac{3}{4}}$.",
    reference: "0.75",
  },
  {
    name: "auto",
    rubric: "auto",
    prompt: "Solve $x^2 \\le 4$.",
    completion: "From $x^2 \\le 4$ we get $-2 \\le x \\le 2$, so the solutions are $\\boxed{(-2, 2)}$.",
    reference: "[-2, 2]",
  },
  {
    name: "choice",
    rubric: "choice",
    prompt: "At what temperature does water boil at sea level?",
    completion: "At sea level water boils at 100 °C, so the answer is (B).",
    reference: { answer: "B", choices: ["90 °C", "100 °C", "110 °C"] },
  },
  {
    name: "code",
    rubric: "code",
    prompt: "Read an integer n and print the sum of its digits.",
    completion: "Every digit is added up:\n\n```python\nn = input()\nprint(sum(int(digit) for digit in n))\n```\n",
    reference: {
      tests: {
        language: "python",
        stdio: [
          { stdin: "123\n", stdout: "6\n" },
          { stdin: "9999\n", stdout: "36\n" },
          { stdin: "-47\n", stdout: "11\n" },
        ],
        credit: "fraction",
      },
    },
  },
  {
    name: "r1-zero",
    rubric: "r1-zero",
    prompt: "How many edges has a cube?",
    completion: "<think>\nA cube has 6 faces with 4 edges each, and each edge is shared by two faces.\nThat makes <answer>12</answer>.\n</think>\n<answer>12</answer>",
    reference: "12",
  },
  {
    name: "r1",
    rubric: "r1",
    prompt: "Tom has 3 bags with 4 apples in each. He eats 2 apples. How many are left?",
    completion: "<think>\nThere are 3 bags with 4 apples in each, 所以一共有十二个苹果。 He eats two of them, 剩下十个。 So ten apples are left in the end.\n</think>\n<answer>\\boxed{10}</answer>",
    reference: { answer: "10", language: "en" },
  },
  {
    name: "rejection",
    rubric: "rejection",
    prompt: "What is 7 times 8?",
    completion: "<think>\nSeven times eight is the same as seven times four, doubled.\n\n```python\nprint(7 * 4 * 2)\n```\n\nThat gives fifty-six.\n</think>\nThe answer is \\boxed{56}.",
    reference: "56",
  },
];

const words = "one two three four five six seven eight nine ten".split(" ");

/** Lines for the compare view: sums, some of them wrong, some of them badly laid out. */
export function exampleLines() {
  return words.map((word, index) => {
    const sum = index + 1 + (index % 4 === 3 ? 1 : 0);
    const thoughts = `The word ${word} means the number that follows ${index}.`;
    const completion = [
      `<think>${thoughts}</think><answer>\\boxed{${sum}}</answer>`,
      `<think>${thoughts}\nSo the answer is \\boxed{${sum}}`,
      `It is \\boxed{${sum}}.`,
    ][index % 3];
    return JSON.stringify({ id: word, prompt: `What number is ${word}?`, completion, reference: String(index + 1) });
  }).join("\n");
}
