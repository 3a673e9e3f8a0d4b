"""Common wrong answers to the exercises, each with words that the verdict on it must contain.

{stem of the notebook: {number of the exercise on the page, from 0: [(code in place of the stub, words), ...]}}
Words is one string or several; upper and lower case are alike. Every exercise has two wrong answers at least.
"""

WRONG_ANSWERS = {}
