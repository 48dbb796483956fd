  [exercice commencé, 3 essai3]
